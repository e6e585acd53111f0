"""A webhook function as its stack configures it: routes, deliveries and credentials from where the settings say."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.clock import ControlledClock
from connector_sdk.errors import AwsUnreachable, SettingsError
from connector_sdk.inbound.deployed import deployed_handler
from connector_sdk.inbound.fresh import FreshRoutes
from connector_sdk.inbound.route import Routes
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from connector_sdk.stores.routes import RoutedProcess
from connector_sdk.stores.sqlite import SqliteDeliveries
from functions.inbound.webhook.app import handler

ELEMENT: dict[str, Any] = {
    "element_id": "start",
    "element_kind": "startEvent",
    "element_name": None,
    "process_definition_id": "orders",
    "process_definition_key": "7",
    "version": 1,
    "tenant_id": "<default>",
    "effect": "create",
    "properties": {"inbound.type": "io.camunda:webhook:1", "inbound.context": "orders"},
}
ORDERS = RoutedProcess("orders", 1, "7", "<default>", 1_000, (ELEMENT,))


def named(process_id: str, path: str, since_ms: int) -> RoutedProcess:
    properties = {**ELEMENT["properties"], "inbound.context": path}
    element = {**ELEMENT, "process_definition_id": process_id, "properties": properties}
    return replace(ORDERS, process_definition_id=process_id, since_ms=since_ms, elements=(element,))


def event(path: str, body: str = "{}") -> dict[str, Any]:
    return {
        "rawPath": path,
        "headers": {"content-type": "application/json", "webhook-id": "d-1"},
        "requestContext": {"http": {"method": "POST", "path": path}},
        "body": body,
    }


@pytest.fixture
def settings(tmp_path: Path, httpserver: HTTPServer) -> Settings:
    (tmp_path / "routes.json").write_text(json.dumps([ORDERS.to_json()]))
    return Settings.read(
        {
            "CAMUNDA_REST_ADDRESS": httpserver.url_for(""),
            "CONNECTORS_DELIVERIES": f"sqlite:{tmp_path / 'deliveries.db'}",
            "CONNECTORS_ROUTES": f"file:{tmp_path / 'routes.json'}",
        }
    )


def test_a_request_starts_an_instance_and_is_recorded(
    settings: Settings, httpserver: HTTPServer, tmp_path: Path
) -> None:
    asked: list[Any] = []

    def create(request: Request) -> Response:
        asked.append(json.loads(request.data))
        answer = {"processDefinitionKey": "7", "processInstanceKey": "9", "processDefinitionId": "orders"}
        return Response(json.dumps({**answer, "processDefinitionVersion": 1, "tenantId": "<default>"}))

    httpserver.expect_request("/v2/process-instances").respond_with_handler(create)
    webhook = deployed_handler(handler, settings)

    answers = [webhook(event(f"/inbound/{path}", '{"n": 1}'), None) for path in ("orders", "orders", "unknown")]

    assert [answer["statusCode"] for answer in answers] == [200, 200, 404]
    assert [(body["processDefinitionId"], body["processDefinitionVersion"]) for body in asked] == [("orders", 1)]
    with SqliteDeliveries(tmp_path / "deliveries.db") as store:
        assert [(one.id, one.state) for one in store.newest()] == [("orders:d-1", State.PUBLISHED)]


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        ({"engine_address": ""}, "CAMUNDA_REST_ADDRESS is not set"),
        ({"deliveries": None}, "CONNECTORS_DELIVERIES is not set"),
        ({"routes": None}, "CONNECTORS_ROUTES is not set"),
    ],
)
def test_a_setting_that_is_missing_is_named(settings: Settings, without: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        deployed_handler(handler, replace(settings, **without))


class Table:
    """Processes that can change, and be out of reach."""

    def __init__(self, *processes: RoutedProcess) -> None:
        self.processes: Sequence[RoutedProcess] = processes
        self.away = False
        self.reads = 0

    def all(self) -> Sequence[RoutedProcess]:
        self.reads += 1
        if self.away:
            raise AwsUnreachable("no answer from dynamodb")
        return self.processes


def fresh(table: Table, clock: ControlledClock) -> FreshRoutes[Routes]:
    return FreshRoutes(table, lambda: Routes([handler], EnvironmentSecrets({})), clock)


def owner(routes: Routes, path: str) -> str | None:
    found = routes.find(path)
    return found.owner[1] if found else None


def test_routes_are_read_again_after_a_minute(clock: ControlledClock) -> None:
    table = Table(ORDERS)
    routes = fresh(table, clock)
    routes.of("orders")

    table.processes = ()
    clock.advance(59_999)
    assert owner(routes.of("orders"), "orders") == "orders"
    clock.advance(1)
    assert owner(routes.of("orders"), "orders") is None


def test_an_unknown_path_reads_them_again_after_five_seconds_and_not_more_often(clock: ControlledClock) -> None:
    table = Table()
    routes = fresh(table, clock)
    routes.of("orders")
    table.processes = (ORDERS,)

    clock.advance(4_999)
    assert owner(routes.of("orders"), "orders") is None
    clock.advance(1)
    assert owner(routes.of("orders"), "orders") == "orders"
    assert table.reads == 2


def test_the_old_routes_serve_while_the_table_is_away(clock: ControlledClock) -> None:
    table = Table(ORDERS)
    routes = fresh(table, clock)
    routes.of("orders")

    table.away = True
    clock.advance(60_000)

    assert owner(routes.of("orders"), "orders") == "orders"


def test_an_entry_that_makes_no_sense_takes_no_other_webhook_away(
    clock: ControlledClock, caplog: pytest.LogCaptureFixture
) -> None:
    nonsense: list[Any] = [{}, "x", {**ELEMENT, "properties": ["a"]}, {**ELEMENT, "properties": {"inbound.type": 1}}]
    strange = [replace(named(f"p{number}", "lost", 0), elements=(one,)) for number, one in enumerate(nonsense)]
    table = Table(*strange, ORDERS)
    routes = fresh(table, clock)

    assert owner(routes.of("orders"), "orders") == "orders"
    clock.advance(60_000)
    assert owner(routes.of("orders"), "orders") == "orders"
    assert "the events of <default>/p0 cannot be served" in caplog.text


def test_whatever_happens_when_the_table_is_read_again_the_old_routes_serve(
    clock: ControlledClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(ORDERS)
    routes = fresh(table, clock)
    routes.of("orders")
    monkeypatch.setattr(table, "all", lambda: [None])
    clock.advance(60_000)

    assert owner(routes.of("orders"), "orders") == "orders"


def test_a_webhook_that_has_not_changed_keeps_its_route_and_what_that_has_fetched(clock: ControlledClock) -> None:
    secrets = {"SECRET_NAME": "one"}
    properties = {**ELEMENT["properties"], "inbound.context": "secret", "anything": "{{secrets.NAME}}"}
    secret = replace(named("secret", "secret", 2_000), elements=({**ELEMENT, "properties": properties},))
    table = Table(ORDERS, named("changing", "changing", 3_000), secret)
    routes = FreshRoutes(table, lambda: Routes([handler], EnvironmentSecrets(secrets)), clock)
    paths = ("orders", "changing", "secret")
    before = [routes.of(path).find(path) for path in paths]

    changed = replace(table.processes[1], elements=({**table.processes[1].elements[0], "version": 2},))
    table.processes = (ORDERS, changed, secret)
    secrets["SECRET_NAME"] = "two"
    clock.advance(60_000)

    after = [routes.of(path).find(path) for path in paths]
    assert [old is new for old, new in zip(before, after, strict=True)] == [True, False, False]


def test_without_any_routes_a_table_that_is_away_is_an_error(clock: ControlledClock) -> None:
    table = Table()
    table.away = True

    with pytest.raises(AwsUnreachable):
        fresh(table, clock).of("orders")


def test_the_process_that_came_first_owns_a_path(clock: ControlledClock) -> None:
    table = Table(named("first", "shared", 1_000), named("second", "shared", 2_000))

    assert owner(fresh(table, clock).of("shared"), "shared") == "first"


@pytest.fixture
def clock() -> ControlledClock:
    return ControlledClock()
