"""`connectors webhooks`: against a stack in the emulator and the development engine."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.engine_client import EngineClient
from connector_sdk.stores.routes import RoutesTable
from devkit.cli.main import execute
from devkit.engine import server
from tests.conftest import Aws
from tests.importer.models import process

MODEL = Path(__file__).parents[2] / "examples" / "github-issue" / "github-issue.bpmn"
TEMPLATE = {
    "Resources": {
        "Routes": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "shop-routes",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            },
        },
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "shop", "ProtocolType": "HTTP"}},
    },
    "Outputs": {
        "Routes": {"Value": {"Ref": "Routes"}, "Description": "Table of <routes>"},
        "WebhookAddress": {"Value": "https://abc.execute-api.eu-central-1.amazonaws.com/inbound/"},
        "WebhookApi": {"Value": {"Fn::Sub": '{"api":"${Api}","targets":{"io.camunda:webhook:1":"generic"}}'}},
    },
}


@pytest.fixture(scope="module")
def shop(aws: Aws) -> None:
    form = {
        "Action": "CreateStack",
        "Version": "2010-05-15",
        "StackName": "shop",
        "TemplateBody": json.dumps(TEMPLATE),
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    AwsEndpoint("cloudformation", aws.settings).send(Call("POST", "/", headers=headers, body=urlencode(form).encode()))


@pytest.fixture(autouse=True)
def engine(aws: Aws, shop: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineClient]:
    engine = server.start()
    for name, value in {
        "AWS_REGION": aws.settings.aws_region,
        "AWS_ACCESS_KEY_ID": aws.settings.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": aws.settings.aws_secret_access_key,
        "AWS_ENDPOINT_URL": aws.settings.aws_endpoint,
        "CAMUNDA_REST_ADDRESS": engine.address,
    }.items():
        monkeypatch.setenv(name, value)
    yield EngineClient(engine.address)
    engine.stop()


def route_keys(aws: Aws) -> list[str]:
    endpoint = AwsEndpoint("apigateway", aws.settings)
    apis = json.loads(endpoint.send(Call("GET", "/v2/apis")).body)["items"]
    [api] = [one["apiId"] for one in apis if one["name"] == "shop"]
    return [one["routeKey"] for one in json.loads(endpoint.send(Call("GET", f"/v2/apis/{api}/routes")).body)["items"]]


def test_a_synchronised_process_is_listed_until_it_is_retired(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    line = "https://abc.execute-api.eu-central-1.amazonaws.com/inbound/github-issues  github-issue v1, "

    assert execute(["webhooks", "sync", str(MODEL), "--stack", "shop"]) == 0
    assert execute(["webhooks", "list", "--stack", "shop"]) == 0
    synchronised, listed = capsys.readouterr().out.splitlines()
    assert synchronised == listed
    assert listed.startswith(line)

    [entry] = RoutesTable(aws.settings, "shop-routes").all()
    assert route_keys(aws) == ["POST /inbound/github-issues"]
    assert execute(["webhooks", "retire", entry.process_definition_id, "--stack", "shop"]) == 0
    assert route_keys(aws) == []
    capsys.readouterr()
    assert execute(["webhooks", "list", "--stack", "shop"]) == 0
    assert capsys.readouterr().out == ("github-issue is retired; `connectors webhooks sync` takes its webhooks again\n")


@pytest.mark.parametrize(("compatibility", "left"), [("8.10", [(3, "third"), (1, "first")]), ("8.8", [(3, "third")])])
def test_a_new_version_that_is_synchronised_leaves_waiting_instances_their_webhook_from_8_10_on(
    compatibility: str,
    left: list[tuple[int, str]],
    aws: Aws,
    engine: EngineClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CONNECTORS_COMPATIBILITY", compatibility)
    file = tmp_path / "orders.bpmn"
    for number, path in enumerate(("first", "second", "third")):
        file.write_bytes(process("orders", catch=path))
        assert execute(["webhooks", "sync", str(file), "--stack", "shop"]) == 0
        if number == 0:
            engine.create_instance(process_definition_id="orders")

    table = RoutesTable(aws.settings, "shop-routes")
    [entry] = [one for one in table.all() if one.process_definition_id == "orders"]
    table.remove(entry.id)
    assert [(one["version"], one["properties"]["inbound.context"]) for one in entry.elements] == left
    assert ("orders v1 (its instances still wait), paid" in capsys.readouterr().out) == (len(left) == 2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["list", "--stack", "none"], "there is no stack none in eu-central-1: `make deploy` makes one"),
        (["retire", "none", "--stack", "shop"], "no webhooks are taken for none of tenant <default>; "),
        (["sync", "none.bpmn", "--stack", "shop"], "none.bpmn cannot be read: "),
    ],
)
def test_what_is_not_there_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["webhooks", *arguments]) == 2

    assert capsys.readouterr().err.startswith(f"connectors: {sentence}")
