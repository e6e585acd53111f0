"""What the stack has for webhooks: routes, throttle, log, deliveries, discovery. Asserted on the template itself."""

import json
import re
from typing import Any

import pytest

from connector_sdk.metrics import NAMESPACE
from connector_sdk.stores.dynamodb import DEAD_DELIVERIES
from functions.runtime.redelivery.app import OLDEST_DUE_SECONDS
from tests.stack.committed import (
    INBOUND,
    TEMPLATE,
    of_type,
    properties,
    resources,
)


def test_redelivery_queries_only_the_index_of_what_is_due() -> None:
    assert resources("RuntimeRedelivery", "dynamodb:Query") == [{"Fn::Sub": "${Deliveries.Arn}/index/due"}]
    tables = [{"Fn::GetAtt": ["EngineTokens", "Arn"]}, {"Fn::GetAtt": ["Deliveries", "Arn"]}]
    assert resources("RuntimeRedelivery", "dynamodb:UpdateItem") == tables


@pytest.mark.parametrize("function", INBOUND, ids=lambda one: one.name)
def test_a_webhook_gives_up_before_api_gateway_does(function: Any) -> None:
    assert properties(function.id)["Timeout"] == 29
    assert properties(f"{function.id}Integration")["TimeoutInMillis"] == 30000


def test_every_route_leads_to_a_function_that_api_gateway_may_invoke() -> None:
    for name, route in of_type("AWS::ApiGatewayV2::Route").items():
        integration = re.fullmatch(r"integrations/\$\{(\w+)Integration\}", route["Target"]["Fn::Sub"])
        assert integration, name
        function = integration[1]
        permission = properties(f"{function}Permission")
        assert permission["FunctionName"] == {"Ref": function}
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert permission["SourceArn"]["Fn::Sub"].endswith(":${Api}/*/*/inbound/*")
        assert properties(f"{function}Integration")["IntegrationUri"] == {"Fn::GetAtt": [function, "Arn"]}
        assert properties(f"{function}Integration")["PayloadFormatVersion"] == "2.0"
        assert re.fullmatch(r"[A-Z]+ /inbound/\S+", route["RouteKey"])


def test_the_generic_webhook_takes_every_path() -> None:
    assert properties("InboundWebhookRoute")["RouteKey"] == "ANY /inbound/{context}"


def test_webhooks_are_throttled_and_logged_without_what_senders_keep_secret() -> None:
    stage = properties("ApiStage")
    line = json.loads(stage["AccessLogSettings"]["Format"])

    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "WebhookRate"},
        "ThrottlingBurstLimit": {"Ref": "WebhookBurst"},
    }
    assert properties("ApiLogs")["RetentionInDays"] == {"Ref": "LogRetention"}
    assert line["status"] == "$context.status"
    assert not [value for value in line.values() if "query" in value.lower() or "header" in value.lower()]


def test_deliveries_are_found_by_id_and_by_when_they_are_due() -> None:
    table = properties("Deliveries")

    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "due",
            "KeySchema": [
                {"AttributeName": "lane", "KeyType": "HASH"},
                {"AttributeName": "dueAt", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["received"]},
        }
    ]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


def test_webhooks_are_discovered_with_credentials_of_their_own_or_not_at_all() -> None:
    schedule = properties("RuntimeImporter")["Events"]["Schedule"]["Properties"]

    assert schedule["State"] == {"Fn::If": ["Discovers", "ENABLED", "DISABLED"]}
    assert TEMPLATE["Conditions"]["Discovers"] == {
        "Fn::Or": [{"Condition": "HasReadSecret"}, {"Fn::Equals": [{"Ref": "EngineAuthentication"}, "NONE"]}]
    }
    assert resources("RuntimeImporter", "secretsmanager:GetSecretValue") == [{"Ref": "EngineReadSecretArn"}]


def test_the_importer_and_the_command_line_are_told_of_every_kind_of_webhook() -> None:
    told = TEMPLATE["Outputs"]["WebhookApi"]["Value"]

    assert properties("RuntimeImporter")["Environment"]["Variables"]["CONNECTORS_WEBHOOK_API"] == told
    assert json.loads(told["Fn::Sub"]) == {
        "api": "${Api}",
        "targets": {function.connector.type: f"${{{function.id}Integration}}" for function in INBOUND},
    }


def test_alarms_watch_what_redelivery_and_the_store_measure() -> None:
    alarms = of_type("AWS::CloudWatch::Alarm")
    del alarms["FunctionsMissing"]  # the poller's

    assert {name: (one["Namespace"], one["MetricName"], one["Threshold"]) for name, one in alarms.items()} == {
        "DeadDeliveries": (NAMESPACE, DEAD_DELIVERIES, 0),
        "WaitingDeliveries": (NAMESPACE, OLDEST_DUE_SECONDS, 900),
    }
    for alarm in alarms.values():
        assert alarm["Dimensions"] == [{"Name": "Table", "Value": {"Ref": "Deliveries"}}]
