"""What the emulator does not check, and what must never change by accident: asserted on the template itself."""

import json
import re
from typing import Any

import pytest

from connector_sdk.metrics import NAMESPACE
from connector_sdk.settings import SETTINGS
from devkit.generate import template
from tests.stack.committed import (
    FUNCTIONS,
    IDS,
    OUTBOUND,
    RESOURCES,
    ROOT,
    TEMPLATE,
    TEXT,
    actions,
    as_list,
    of_type,
    own_policy,
    properties,
    resources,
    statements,
)

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
        "s3:PutObjectTagging",
    },
    "poller": LOGS | {"secretsmanager:GetSecretValue", "ssm:GetParametersByPath", "lambda:InvokeFunction"},
    "documents": LOGS | {"secretsmanager:GetSecretValue", "s3:GetObject", "s3:PutObject"},
    "messages": LOGS | {"secretsmanager:GetSecretValue"},
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
        "s3:PutObjectTagging",
        "s3:ListBucket",
    },
}
OWN_ACTIONS = {"eventbridge": {"events:PutEvents"}, "sns": {"sns:Publish"}, "sqs": {"sqs:SendMessage"}}
"""What some connectors may do beside what all of them may."""
TOKEN_ACTIONS = {"dynamodb:GetItem", "dynamodb:UpdateItem"}
"""Of functions that log in to the engine, on the item with their own token."""
OPEN_ENDED = {
    r"secret:/\$\{AWS::StackName\}/[a-z-]+-\?\?\?\?\?\?$": "Secrets Manager puts six characters after each name",
    r"parameter/\$\{AWS::StackName\}/connectors/\*$": "the registry has one entry for each deployed connector",
    r":(sqs|sns|events):\$\{AWS::Region\}:\$\{AWS::AccountId\}:(event-bus/)?\*$": "tasks name queues, topics and buses",
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


def environment_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = properties(name)["Environment"]["Variables"]
    return found


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
    function = next(one for one in FUNCTIONS if one.id == name)
    tokens = TOKEN_ACTIONS if "CONNECTORS_ENGINE_TOKENS" in environment_of(name) else set()
    assert actions(name) == ACTIONS[kind(name)] | OWN_ACTIONS.get(function.name, set()) | tokens


@pytest.mark.parametrize("name", IDS)
def test_a_function_that_logs_in_to_the_engine_shares_the_token_of_its_own_secret_only(name: str) -> None:
    variables = environment_of(name)
    shared = [one for one in statements(name) if one["Resource"] == {"Fn::GetAtt": ["EngineTokens", "Arn"]}]
    assert ("CONNECTORS_ENGINE_SECRET" in variables) == ("CONNECTORS_ENGINE_TOKENS" in variables) == bool(shared)
    if shared:
        secret = variables["CONNECTORS_ENGINE_SECRET"]
        assert [one["Condition"] for one in shared] == [
            {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [secret]}}
        ]
        assert variables["CONNECTORS_ENGINE_TOKENS"] == {"Fn::If": ["HasTokens", {"Ref": "EngineTokens"}, ""]}


def test_the_engines_tokens_are_encrypted_and_do_not_stay() -> None:
    table = properties("EngineTokens")
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert TEMPLATE["Conditions"]["HasTokens"] == {"Fn::Equals": [{"Ref": "EngineAuthentication"}, "OAUTH"]}


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


def test_the_poller_may_invoke_what_does_jobs_and_nothing_else() -> None:
    assert resources("RuntimePoller", "lambda:InvokeFunction") == [
        {"Fn::GetAtt": [name, "Arn"]} for name in (*(function.id for function in OUTBOUND), "RuntimeMessages")
    ]


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


@pytest.mark.parametrize(("name", "schedule"), SCHEDULED.items())
def test_a_scheduled_run_is_never_tried_again(name: str, schedule: str) -> None:
    event = properties(name)["Events"]["Schedule"]

    assert event["Type"] == "ScheduleV2"
    assert event["Properties"]["Name"] == {"Fn::Sub": schedule}
    assert event["Properties"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert properties(name)["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_the_poller_runs_as_its_mode_says() -> None:
    assert TEMPLATE["Mappings"]["PollerModes"] == {
        "always": {"Schedule": "rate(5 minutes)", "State": "ENABLED"},
        "minute": {"Schedule": "rate(1 minute)", "State": "ENABLED"},
        "off": {"Schedule": "rate(5 minutes)", "State": "DISABLED"},
    }
    assert TEMPLATE["Parameters"]["PollerMode"]["AllowedValues"] == ["always", "minute", "off"]
    assert properties("RuntimePoller")["Timeout"] == 900


def test_the_payload_bucket_is_closed_and_deletes_only_what_is_finished() -> None:
    bucket = properties("Payloads")

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["LifecycleConfiguration"]["Rules"] == [
        {"Id": "documents", "Prefix": "documents/", "Status": "Enabled", "ExpirationInDays": 1},
        {
            "Id": "deliveries",
            "Prefix": "deliveries/",
            "TagFilters": [{"Key": "finished", "Value": "true"}],
            "Status": "Enabled",
            "ExpirationInDays": 8,
        },
    ]


def test_functions_have_no_alias() -> None:
    assert "AutoPublishAlias" not in TEXT


def test_an_alarm_watches_for_functions_that_the_poller_cannot_invoke() -> None:
    alarm = properties("FunctionsMissing")

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == (NAMESPACE, "FunctionsMissing", 0)
    assert alarm["Dimensions"] == [{"Name": "Stack", "Value": {"Ref": "AWS::StackName"}}]
    assert alarm["AlarmActions"] == {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
