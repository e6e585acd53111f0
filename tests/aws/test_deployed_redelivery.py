"""Redelivery as a Lambda function: what waits in the stack's store is published in one round."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.clock import SystemClock
from connector_sdk.stores import Delivery, State
from connector_sdk.stores.sqlite import SqliteDeliveries
from functions.runtime.redelivery import app

ELEMENT: dict[str, Any] = {
    "element_id": "start",
    "element_kind": "startEvent",
    "element_name": None,
    "process_definition_id": "orders",
    "process_definition_key": "7",
    "version": 1,
    "tenant_id": "<default>",
    "effect": "publish",
    "message_name": "ordered",
    "properties": {"inbound.type": "io.camunda:webhook:1", "inbound.context": "orders"},
}

ENGINE = {"gatewayVersion": "8.8.0"}
PAYLOAD: dict[str, Any] = {"request": {"body": {}, "headers": {}, "params": {}}}


@dataclass(frozen=True)
class Context:
    """Lambda's context: what is left of the time stands still."""

    remaining_ms: int = 290_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@pytest.fixture
def store(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteDeliveries]:
    monkeypatch.setenv("CAMUNDA_REST_ADDRESS", httpserver.url_for(""))
    monkeypatch.setenv("CAMUNDA_AUTH_STRATEGY", "NONE")
    monkeypatch.setenv("CONNECTORS_DELIVERIES", f"sqlite:{tmp_path / 'deliveries.db'}")
    with SqliteDeliveries(tmp_path / "deliveries.db") as opened:
        received = SystemClock().time_ms()
        for name in ("a", "b"):
            opened.put(Delivery(name, "orders", received, ELEMENT, PAYLOAD, due_ms=received, lease="gone"))
        yield opened
    app.deliveries.cache_clear()
    app.engine.cache_clear()


def test_a_round_publishes_what_is_due(store: SqliteDeliveries, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/topology").respond_with_json(ENGINE)
    httpserver.expect_request("/v2/messages/publication").respond_with_json({"messageKey": "5"})

    assert app.handler({}, Context()) == {"states": {"published": 2}, "postponed": 0, "engineAway": None}

    assert {one.state for one in store.newest()} == {State.PUBLISHED}


def test_nothing_is_tried_while_the_engine_is_away(store: SqliteDeliveries, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/topology").respond_with_data("", 503)

    done = app.handler({}, Context())

    assert (done["states"], done["postponed"]) == ({}, 0)
    assert "503" in done["engineAway"]
    assert [one.attempts for one in store.newest()] == [0, 0]


def oldest_seconds(capsys: pytest.CaptureFixture[str]) -> float:
    (line,) = capsys.readouterr().out.splitlines()
    metric = json.loads(line)
    assert metric["Table"].endswith("deliveries.db")
    (directive,) = metric["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "ServerlessConnectors",
        "Dimensions": [["Table"]],
        "Metrics": [{"Name": "OldestDueSeconds", "Unit": "Seconds"}],
    }
    return float(metric["OldestDueSeconds"])


@pytest.mark.parametrize("status", [200, 503])
def test_each_round_tells_how_long_the_oldest_event_has_been_waiting(
    status: int, store: SqliteDeliveries, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    httpserver.expect_request("/v2/topology").respond_with_json({}, status)
    httpserver.expect_request("/v2/messages/publication").respond_with_json({"messageKey": "5"})
    store.put(Delivery("old", "orders", SystemClock().time_ms() - 1_000_000, ELEMENT, PAYLOAD, due_ms=1, lease="gone"))

    app.handler({}, Context())

    assert 1_000 <= oldest_seconds(capsys) < 2_000


def test_a_round_with_nothing_to_do_tells_so(
    store: SqliteDeliveries, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    httpserver.expect_request("/v2/topology").respond_with_json(ENGINE)
    for one in store.lease_due(10**15, 10**16, "w", 9):
        store.finish(one, State.PUBLISHED, 1, answer=None)

    app.handler({}, Context())

    assert oldest_seconds(capsys) == 0


def test_nothing_more_is_begun_when_the_time_is_over(store: SqliteDeliveries, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/topology").respond_with_json(ENGINE)

    assert app.handler({}, Context(20_000))["states"] == {}
