"""What the emulator does not check, and what must never change by accident: asserted on the template itself."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.settings import SETTINGS
from devkit.generate import catalogue, template
from devkit.generate.cloudformation import read_template

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "template.yaml").read_text(encoding="utf-8")
TEMPLATE = read_template(TEXT)
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = catalogue(ROOT)
IDS = [function.id for function in FUNCTIONS]
OUTBOUND = [function for function in FUNCTIONS if function.group == "outbound"]
INBOUND = [function for function in FUNCTIONS if function.group == "inbound"]

LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
ACTIONS = {
    "outbound": LOGS
    | {"secretsmanager:GetSecretValue", "lambda:InvokeFunction", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
    "inbound": LOGS
    | {
        "secretsmanager:GetSecretValue",
        "dynamodb:Scan",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "s3:PutObject",
    },
    "poller": LOGS | {"secretsmanager:GetSecretValue", "ssm:GetParametersByPath", "lambda:InvokeFunction"},
    "documents": LOGS | {"secretsmanager:GetSecretValue", "s3:GetObject", "s3:PutObject"},
    "importer": LOGS
    | {
        "secretsmanager:GetSecretValue",
        "dynamodb:Scan",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:DeleteItem",
        "apigateway:GET",
        "apigateway:POST",
        "apigateway:DELETE",
    },
    "redelivery": LOGS
    | {
        "secretsmanager:GetSecretValue",
        "dynamodb:Query",
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
        "s3:GetObject",
        "s3:ListBucket",
    },
}
OPEN_ENDED = {
    r"secret:/\$\{AWS::StackName\}/[a-z-]+-\?\?\?\?\?\?$": "Secrets Manager puts six characters after each name",
    r"parameter/\$\{AWS::StackName\}/connectors/\*$": "the registry has one entry for each deployed connector",
    r"^\$\{Payloads\.Arn\}/deliveries/\*$": "each delivery with a large body is an object of its own",
    r"^\$\{Payloads\.Arn\}/documents/([a-z0-9-]+/)?\*$": "each large document on its way is an object of its own",
    r"::/apis/\$\{Api\}/routes/\*$": "the ids of routes are API Gateway's own",
}
"""The only resources in roles that end in a pattern, and why."""
SCHEDULED = {
    "RuntimePoller": "${AWS::StackName}-poller",
    "RuntimeRedelivery": "${AWS::StackName}-redelivery",
    "RuntimeImporter": "${AWS::StackName}-importer",
}


def kind(name: str) -> str:
    """The group of functions that a function's rights and settings follow."""
    function = next(one for one in FUNCTIONS if one.id == name)
    return function.name if function.group == "runtime" else function.group


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def statements(function: str) -> list[dict[str, Any]]:
    """What the role allows; statements that depend on a condition as if it were true."""
    return [one for one in own_policy(function) if one["Effect"] == "Allow"]


def own_policy(function: str) -> list[dict[str, Any]]:
    """All statements of the role, as if every condition were true."""
    policies = properties(f"{function}Role")["Policies"]
    written = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    return [one["Fn::If"][1] if "Fn::If" in one else one for one in written]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def actions(function: str) -> set[str]:
    return {action for statement in statements(function) for action in as_list(statement["Action"])}


def resources(function: str, action: str) -> list[Any]:
    allowing = [one for one in statements(function) if action in as_list(one["Action"])]
    return [resource for one in allowing for resource in as_list(one["Resource"])]


def of_type(resource_type: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in RESOURCES.items() if one["Type"] == resource_type}


def test_the_committed_template_is_what_the_functions_say() -> None:
    assert template(ROOT) == TEXT


def test_every_folder_of_a_function_is_in_the_stack() -> None:
    folders = {app.parent for app in (ROOT / "functions").glob("*/*/app.py")}

    assert sorted(function.path for function in FUNCTIONS if function.path in folders) == sorted(folders)
    assert sorted(of_type("AWS::Serverless::Function")) == sorted(IDS)


@pytest.mark.parametrize("name", IDS)
def test_a_function_has_a_role_and_a_log_group_of_its_own(name: str) -> None:
    function = properties(name)

    assert function["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}Logs"}, "LogFormat": "JSON"}
    assert properties(f"{name}Logs")["RetentionInDays"] == {"Ref": "LogRetention"}
    assert resources(name, "logs:PutLogEvents") == [{"Fn::GetAtt": [f"{name}Logs", "Arn"]}]


@pytest.mark.parametrize("name", IDS)
def test_a_role_may_do_what_its_kind_needs_and_nothing_else(name: str) -> None:
    assert actions(name) == ACTIONS[kind(name)]


@pytest.mark.parametrize("name", IDS)
def test_a_role_names_its_own_resources(name: str) -> None:
    for statement in statements(name):
        for resource in as_list(statement["Resource"]):
            text = resource if isinstance(resource, str) else str(next(iter(resource.values())))
            open_ended = re.search(r"[*?]", text)
            assert not open_ended or any(re.search(pattern, text) for pattern in OPEN_ENDED), text


@pytest.mark.parametrize("name", IDS)
def test_the_code_of_a_function_in_a_vpc_may_not_touch_network_interfaces(name: str) -> None:
    denials = [one for one in own_policy(name) if one["Effect"] != "Allow"]

    function = properties(name)["FunctionName"]["Fn::Sub"]
    source = {"Fn::Sub": f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{function}"}
    assert denials == [
        {
            "Effect": "Deny",
            "Action": [
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:AssignPrivateIpAddresses",
                "ec2:UnassignPrivateIpAddresses",
            ],
            "Resource": "*",
            "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": source}},
        }
    ]
    role = properties(f"{name}Role")
    assert role["ManagedPolicyArns"]["Fn::If"][0] == "InVpc"
    assert {"Fn::If": ["InVpc", denials[0], {"Ref": "AWS::NoValue"}]} in role["Policies"][0]["PolicyDocument"][
        "Statement"
    ]


@pytest.mark.parametrize("function", OUTBOUND, ids=lambda one: one.name)
def test_a_connector_reads_its_own_secrets_and_the_shared_ones(function: Any) -> None:
    found = [one["Fn::Sub"].partition(":secret:")[2] for one in resources(function.id, "secretsmanager:GetSecretValue")]

    assert found == [f"/${{AWS::StackName}}/{function.name}-??????", "/${AWS::StackName}/shared-??????"]


def test_no_connector_knows_anything_of_the_engine_or_the_deliveries() -> None:
    for function in OUTBOUND:
        text = json.dumps([RESOURCES[function.id], RESOURCES[f"{function.id}Role"]])
        assert not re.search(r"Engine|CAMUNDA_|Deliveries|Routes|deliveries/", text)


@pytest.mark.parametrize("function", OUTBOUND, ids=lambda one: one.name)
def test_a_connector_may_invoke_the_documents_function_only_and_use_its_own_prefix_of_the_bucket(function: Any) -> None:
    assert resources(function.id, "lambda:InvokeFunction") == [{"Fn::GetAtt": ["RuntimeDocuments", "Arn"]}]
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert resources(function.id, action) == [{"Fn::Sub": f"${{Payloads.Arn}}/documents/{function.name}/*"}]
    variables = properties(function.id)["Environment"]["Variables"]
    assert variables["CONNECTORS_DOCUMENTS"] == {"Fn::GetAtt": ["RuntimeDocuments", "Arn"]}
    assert variables["CONNECTORS_DOCUMENT_OBJECTS"] == {"Fn::Sub": f"${{Payloads}}/documents/{function.name}"}


def test_the_documents_function_has_credentials_of_its_own_and_nothing_of_the_deliveries() -> None:
    assert resources("RuntimeDocuments", "secretsmanager:GetSecretValue") == [{"Ref": "EngineDocumentsSecretArn"}]
    for action in ("s3:GetObject", "s3:PutObject"):
        assert resources("RuntimeDocuments", action) == [{"Fn::Sub": "${Payloads.Arn}/documents/*"}]


def test_the_poller_may_invoke_every_connector_and_nothing_else() -> None:
    assert resources("RuntimePoller", "lambda:InvokeFunction") == [
        {"Fn::GetAtt": [function.id, "Arn"]} for function in OUTBOUND
    ]


def test_redelivery_queries_only_the_index_of_what_is_due() -> None:
    assert resources("RuntimeRedelivery", "dynamodb:Query") == [{"Fn::Sub": "${Deliveries.Arn}/index/due"}]
    assert resources("RuntimeRedelivery", "dynamodb:UpdateItem") == [{"Fn::GetAtt": ["Deliveries", "Arn"]}]


@pytest.mark.parametrize("name", IDS)
def test_a_function_gets_the_settings_that_it_reads_and_no_others(name: str) -> None:
    readable = {setting.name for setting in SETTINGS.values() if kind(name) in setting.functions}

    assert set(properties(name)["Environment"]["Variables"]) == readable


def test_no_secret_is_the_value_of_a_parameter() -> None:
    secretive = {
        name: one for name, one in TEMPLATE["Parameters"].items() if re.search("(?i)secret|password|key", name)
    }

    assert sorted(secretive) == [
        "EngineDocumentsSecretArn",
        "EngineInboundSecretArn",
        "EngineJobsSecretArn",
        "EngineReadSecretArn",
    ]
    for parameter in secretive.values():
        assert re.fullmatch(
            parameter["AllowedPattern"], "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"
        )
        assert not re.fullmatch(parameter["AllowedPattern"], "a password")


def test_an_engine_that_wants_a_login_gets_one() -> None:
    wants_login = {"Fn::Not": [{"Fn::Equals": [{"Ref": "EngineAuthentication"}, "NONE"]}]}
    polls = {"Fn::Not": [{"Fn::Equals": [{"Ref": "PollerMode"}, "off"]}]}
    rules = {
        "JobsLogin": ({"Fn::And": [wants_login, polls]}, "EngineJobsSecretArn"),
        "InboundLogin": (wants_login, "EngineInboundSecretArn"),
    }

    assert sorted(TEMPLATE["Rules"]) == sorted(rules)
    for name, (condition, parameter) in rules.items():
        rule = TEMPLATE["Rules"][name]
        assert rule["RuleCondition"] == condition
        assert [one["Assert"] for one in rule["Assertions"]] == [
            {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}
        ]
        assert parameter in rule["Assertions"][0]["AssertDescription"]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://login.cloud.camunda.io/oauth/token", True),
        ("http://login.example.com/token", False),
        ("login.example.com/token", False),
        ("", False),
    ],
)
def test_credentials_go_to_a_token_endpoint_that_is_encrypted(address: str, allowed: bool) -> None:
    parameter = TEMPLATE["Parameters"]["EngineTokenAddress"]

    assert bool(re.fullmatch(parameter["AllowedPattern"], address)) == allowed
    assert re.fullmatch(parameter["AllowedPattern"], parameter["Default"])


def test_functions_run_on_the_version_that_they_are_compiled_for() -> None:
    shared = TEMPLATE["Globals"]["Function"]

    assert shared["Runtime"] == "python3.13"
    assert shared["Architectures"] == [RESOURCES["SdkLayer"]["Metadata"]["BuildArchitecture"]]
    assert properties("SdkLayer")["CompatibleArchitectures"] == shared["Architectures"]
    assert shared["CodeUri"] == "."


@pytest.mark.parametrize("name", IDS)
def test_time_outs_and_memory_are_within_lambdas_limits(name: str) -> None:
    function = properties(name)

    assert 1 <= function["Timeout"] <= 900
    assert function["MemorySize"] == {"Ref": "PollerMemory"} or 256 <= function["MemorySize"] <= 10240


@pytest.mark.parametrize("function", INBOUND, ids=lambda one: one.name)
def test_a_webhook_gives_up_before_api_gateway_does(function: Any) -> None:
    assert properties(function.id)["Timeout"] == 29
    assert properties(f"{function.id}Integration")["TimeoutInMillis"] == 30000


@pytest.mark.parametrize("function", OUTBOUND, ids=lambda one: one.name)
def test_a_connector_is_registered_with_its_own_time_out_types_and_variables(function: Any) -> None:
    entry = properties(f"{function.id}Entry")
    value = entry["Value"]["Fn::Sub"]
    registered = json.loads(value)

    assert entry["Name"] == {"Fn::Sub": f"/${{AWS::StackName}}/connectors/{function.name}"}
    assert registered["function"] == f"${{{function.id}.Arn}}"
    assert registered["timeout"] == properties(function.id)["Timeout"]
    assert registered["types"]
    assert registered["repeat"] in ("safe", "keyed", "unsafe")
    assert len(value) + 200 <= 4096  # a standard parameter; the ARN is longer than its place


def test_rest_is_registered_with_everything_that_its_templates_set() -> None:
    registered = json.loads(properties("OutboundHttpJsonEntry")["Value"]["Fn::Sub"])

    assert registered["types"] == ["io.camunda:http-json:1"]
    assert {"authentication", "method", "url", "headers", "queryParameters", "body"} <= set(
        registered["fetchVariables"]
    )
    assert registered["repeat"] == "unsafe"


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


@pytest.mark.parametrize(("name", "schedule"), SCHEDULED.items())
def test_a_scheduled_run_is_never_tried_again(name: str, schedule: str) -> None:
    event = properties(name)["Events"]["Schedule"]

    assert event["Type"] == "ScheduleV2"
    assert event["Properties"]["Name"] == {"Fn::Sub": schedule}
    assert event["Properties"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert properties(name)["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


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


def test_the_poller_runs_as_its_mode_says() -> None:
    assert TEMPLATE["Mappings"]["PollerModes"] == {
        "always": {"Schedule": "rate(5 minutes)", "State": "ENABLED"},
        "minute": {"Schedule": "rate(1 minute)", "State": "ENABLED"},
        "off": {"Schedule": "rate(5 minutes)", "State": "DISABLED"},
    }
    assert TEMPLATE["Parameters"]["PollerMode"]["AllowedValues"] == ["always", "minute", "off"]
    assert properties("RuntimePoller")["Timeout"] == 900


def test_the_payload_bucket_is_closed_and_empties_itself() -> None:
    bucket = properties("Payloads")

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    expirations = {rule["Prefix"]: rule["ExpirationInDays"] for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert expirations == {"documents/": 1, "deliveries/": 90}


def test_functions_have_no_alias() -> None:
    assert "AutoPublishAlias" not in TEXT
