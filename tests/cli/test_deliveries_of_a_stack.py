"""`connectors deliveries --stack`: the table and the bucket of a deployed stack, in an AWS on this machine."""

import json
import os
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.stores import State
from connector_sdk.stores.dynamodb import DynamoDbDeliveries
from devkit.cli.main import execute
from tests.cli.test_deliveries_command import PAYLOAD, delivery
from tests.conftest import BUCKET, TABLE, Aws

STACK = "connectors-of-the-test"
FORM = {"content-type": "application/x-www-form-urlencoded"}
TEMPLATE = {
    "Resources": {"Deliveries": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE}},
    "Outputs": {"Deliveries": {"Value": {"Ref": "Deliveries"}}, "Payloads": {"Value": BUCKET}},
}
"""Of a stack, what the command asks for."""


def formation(aws: Aws, action: str, **more: str) -> bytes:
    form = {"Action": action, "Version": "2010-05-15", "StackName": STACK, **more}
    call = Call("POST", "/", headers=FORM, body=urlencode(form).encode())
    return AwsEndpoint("cloudformation", aws.settings).send(call).body


@pytest.fixture
def store(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDbDeliveries]:
    for name, value in aws.variables.items():
        monkeypatch.setenv(name, value)
    formation(aws, "CreateStack", TemplateBody=json.dumps(TEMPLATE))
    named = formation(aws, "DescribeStackResources").decode()
    table = named.partition("<PhysicalResourceId>")[2].partition("<")[0]
    yield DynamoDbDeliveries(aws.settings, table)
    formation(aws, "DeleteStack")


def test_a_stacks_deliveries_are_listed_shown_without_secrets_and_replayed(
    store: DynamoDbDeliveries, capsys: pytest.CaptureFixture[str]
) -> None:
    small = delivery("small")
    large = delivery("large", payload={**PAYLOAD, "text": os.urandom(33_000).hex()}, received_ms=1_700_000_001_000)
    for one in (small, large):
        store.put(one)
        store.finish(one, State.DEAD, 1_700_000_002_000, answer=None, error="the engine refused it: 400")
    capsys.readouterr()  # the metrics of those that died

    assert execute(["deliveries", "list", "--stack", STACK, "--json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["orders:large", "orders:small"]

    for name in ("small", "large"):
        assert execute(["deliveries", "show", f"orders:{name}", "--stack", STACK]) == 0
        shown = capsys.readouterr().out
        assert json.loads(shown)["payload"]["request"]["headers"]["Authorization"] == "***"
        assert not any(secret in shown for secret in ("hunter2", "in-the-model", "YQ==", "sha256=1234"))

    assert execute(["deliveries", "replay", "--state", "dead", "--stack", STACK]) == 0
    assert capsys.readouterr().out == "2 due again\n"
    leased = store.lease_due(4_000_000_000_000, 4_000_000_000_001, "another", 10)
    assert [one.payload for one in leased] == [small.payload, large.payload]


def test_a_stack_that_is_not_there_is_one_sentence(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.variables.items():
        monkeypatch.setenv(name, value)

    assert execute(["deliveries", "list", "--stack", "another"]) == 2
