"""The importer as Lambda runs it: a table, an API and an engine that it knows by its environment."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.engine_client import EngineClient
from connector_sdk.stores.routes import RoutesTable
from devkit.engine import server
from functions.runtime.importer import app
from tests.conftest import Aws
from tests.importer.models import process

JSON = {"content-type": "application/json"}
TABLE = {
    "TableName": "imported-routes",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


class Context:
    """As much of Lambda's context as the function reads."""

    def get_remaining_time_in_millis(self) -> int:
        return 290_000


@pytest.fixture
def engine(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineClient]:
    content = json.dumps({"name": "imported", "protocolType": "HTTP"}).encode()
    made = json.loads(_api(aws).send(Call("POST", "/v2/apis", headers=JSON, body=content)).body)
    aws.dynamodb.operation("CreateTable", TABLE)
    targets = {"io.camunda:webhook:1": "generic"}
    with server.start() as running:
        for name, value in {
            **aws.variables,
            "CAMUNDA_REST_ADDRESS": running.address,
            "CONNECTORS_ROUTES": "dynamodb:imported-routes",
            "CONNECTORS_WEBHOOK_API": json.dumps({"api": made["apiId"], "targets": targets}),
        }.items():
            monkeypatch.setenv(name, value)
        for made_once in (app._importer, app._table, app._api_routes):
            made_once.cache_clear()
        yield EngineClient(running.address)
    aws.dynamodb.operation("DeleteTable", {"TableName": "imported-routes"})


def _api(aws: Aws) -> AwsEndpoint:
    return AwsEndpoint("apigateway", aws.settings)


def look() -> dict[str, Any]:
    return app.handler({}, Context())


def test_what_is_deployed_is_in_the_table_and_has_a_route(aws: Aws, engine: EngineClient) -> None:
    engine.deploy([("orders.bpmn", process("orders", start="orders"))])

    assert look() == {
        "entered": ["<default>/orders"],
        "removed": [],
        "unusable": [],
        "left": 0,
        "routesMade": 1,
        "routesTakenAway": 0,
    }
    [entry] = RoutesTable(aws.settings, "imported-routes").all()
    assert [one["properties"]["inbound.context"] for one in entry.elements] == ["orders"]

    engine.deploy([("orders.bpmn", process("orders", start="moved"))])
    assert {name: count for name, count in look().items() if "routes" in name} == {
        "routesMade": 1,
        "routesTakenAway": 1,
    }
    assert {name: count for name, count in look().items() if "routes" in name} == {
        "routesMade": 0,
        "routesTakenAway": 0,
    }


@pytest.fixture(params=["engineAway", "noSearch"])
def no_answer(request: pytest.FixtureRequest, engine: EngineClient, monkeypatch: pytest.MonkeyPatch) -> str:
    """Why nothing is found from now on, after one process was."""
    engine.deploy([("orders.bpmn", process("orders", start="orders"))])
    look()
    address = f"{engine.address}/none" if request.param == "noSearch" else "http://127.0.0.1:9"
    monkeypatch.setenv("CAMUNDA_REST_ADDRESS", address)
    app._importer.cache_clear()
    return str(request.param)


def test_an_engine_that_gives_no_answer_is_reported_and_nothing_changes(aws: Aws, no_answer: str) -> None:
    table = RoutesTable(aws.settings, "imported-routes")
    before = table.all()

    done = look()

    assert {name: done[name] for name in done if name != no_answer} == {"routesMade": 0, "routesTakenAway": 0}
    assert done[no_answer]
    assert table.all() == before != []


def test_what_a_person_retires_loses_its_route_although_the_engine_gives_no_answer(aws: Aws, no_answer: str) -> None:
    table = RoutesTable(aws.settings, "imported-routes")
    [entry] = table.all()
    table.put(replace(entry, elements=(), retired=True))

    assert {name: count for name, count in look().items() if "routes" in name} == {
        "routesMade": 0,
        "routesTakenAway": 1,
    }
