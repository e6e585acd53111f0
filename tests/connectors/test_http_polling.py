"""HTTP polling: the official templates against a service, for instances of a development engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.bpmn import read
from connector_sdk.clock import ControlledClock, SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.minute import deployed_polls
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.connector_runtime.models import Model
from devkit.connector_runtime.runtime import Plan, running
from devkit.engine import server
from devkit.testing.official import OfficialBench
from functions.inbound.http_polling.app import handler
from functions.runtime.redelivery.redelivery import Redelivery
from tests.connectors.deployed import OPEN, lambda_settings
from tests.connectors.subscribed import modelled, new_name, until

TEMPLATES = {
    "intermediate": "io.camunda.connectors.http.Polling",
    "boundary": "io.camunda.connectors.http.Polling.Boundary",
}
LONG_MS = 3_600_000


class Service:
    """Orders that are paid at some time; it notes who asks."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.paid: set[str] = set()
        self.meanwhile: Callable[[], object] = lambda: None
        """What happens once, while somebody waits for an answer."""
        self.asked: list[tuple[str, str]] = []
        self.address = httpserver.url_for("/orders")
        httpserver.expect_request("/orders").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        order = request.args["order"]
        self.asked.append((order, request.headers.get("Authorization", "")))
        happens, self.meanwhile = self.meanwhile, lambda: None
        happens()
        return Response(json.dumps({"order": order, "paid": order in self.paid}), content_type="application/json")


@pytest.fixture
def service() -> Iterator[Service]:
    with HTTPServer(threaded=True) as answering:
        yield Service(answering)


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    with server.start() as started, closing(EngineClient(started.address)) as client:
        yield client


def of_order(service: Service, **more: str) -> dict[str, str | bool]:
    return {
        "authentication.type": "bearer",
        "authentication.token": "{{secrets.TOKEN}}",
        "url": service.address,
        "queryParameters": "={order: key}",
        "activationCondition": "=body.paid",
        **more,
    }


def after(engine: EngineClient, process: str) -> list[Any]:
    jobs = engine.activate_jobs(
        f"after-{process}", max_jobs=50, timeout_ms=60_000, worker="test", request_timeout_ms=-1
    )
    return [job.variables["seen"] for job in jobs]


@pytest.mark.parametrize("kind", TEMPLATES)
def test_each_instance_is_polled_for_with_its_own_variables_until_its_answer_comes(
    bench: OfficialBench, engine: EngineClient, service: Service, kind: str
) -> None:
    process = new_name()
    seen: list[Any] = []

    def one_is_there() -> bool:
        seen.extend(after(engine, process))
        return seen != []

    values = of_order(service)
    xml = modelled(bench.modeler, TEMPLATES[kind], kind, process, "body.order", values)
    xml = xml.replace('"PT50S"', '"PT1S"').replace('"PT5S"', '"PT1S"')
    model = Model(f"{process}.bpmn", xml.encode(), read(xml))
    with running(Plan(engine, Settings.read(OPEN), EnvironmentSecrets({"SECRET_TOKEN": "t"}), [model], ":memory:")):
        for key in ("a", "b"):
            engine.create_instance(process_definition_id=process, variables={"key": key})
        until(lambda: {order for order, _ in service.asked} == {"a", "b"})
        service.paid.add("b")
        until(one_is_there)
        before = len([order for order, _ in service.asked if order == "a"])
        until(lambda: len([order for order, _ in service.asked if order == "a"]) > before)
        seen += after(engine, process)

    assert seen == ["b"]
    assert {token for _, token in service.asked} == {"Bearer t"}


def test_a_schedules_run_polls_once_where_the_model_is_content_with_that(
    bench: OfficialBench, engine: EngineClient, service: Service, tmp_path: Path
) -> None:
    process = new_name()
    values = of_order(service, **{"authentication.token": "t", "httpRequestInterval": "PT5M"})
    xml = modelled(bench.modeler, TEMPLATES["intermediate"], "intermediate", process, "body.order", values)
    minute = deployed_polls(handler, lambda_settings(engine, tmp_path, xml, process))
    engine.create_instance(process_definition_id=process, variables={"key": "a"})
    service.paid.add("a")

    now = datetime.now(UTC).isoformat()
    assert minute({"time": now}, None) == {"polls": 1}
    assert after(engine, process) == ["a"]
    assert minute({"time": now}, None) == {"polls": 0}


def test_an_answer_that_cannot_be_had_is_asked_for_again(
    bench: OfficialBench, engine: EngineClient, httpserver: HTTPServer, tmp_path: Path
) -> None:
    process = new_name()
    httpserver.expect_oneshot_request("/orders").respond_with_data("later", status=503)
    httpserver.expect_oneshot_request("/orders").respond_with_data("later", status=503)  # once more by itself
    httpserver.expect_request("/orders").respond_with_json({"order": "a", "paid": True})
    values = {"url": httpserver.url_for("/orders"), "httpRequestInterval": "PT5M", "activationCondition": "=body.paid"}
    xml = modelled(bench.modeler, TEMPLATES["intermediate"], "intermediate", process, "body.order", dict(values))
    settings = lambda_settings(engine, tmp_path, xml, process)
    engine.create_instance(process_definition_id=process, variables={"key": "a"})

    runs = [deployed_polls(handler, replace(settings))({}, None) for _ in range(2)]

    assert runs == [{"polls": 1}, {"polls": 1}]
    assert after(engine, process) == ["a"]


def rarely(bench: OfficialBench, service: Service, process: str, **more: str) -> str:
    """A model that is content with one look in a run of the schedule."""
    values = of_order(service, **{"authentication.token": "t", "httpRequestInterval": "PT5M", **more})
    return modelled(bench.modeler, TEMPLATES["intermediate"], "intermediate", process, "body.order", values)


def test_what_was_answered_while_the_engine_was_away_is_published_once(
    bench: OfficialBench, service: Service, tmp_path: Path
) -> None:
    process = new_name()
    engine = server.start(data=tmp_path / "engine")
    port = urlsplit(engine.address).port or 0
    with closing(EngineClient(engine.address)) as client:
        settings = lambda_settings(client, tmp_path, rarely(bench, service, process), process)
        minute = deployed_polls(handler, settings)
        client.create_instance(process_definition_id=process, variables={"key": "a"})
        service.paid.add("a")

        engine.stop()
        assert minute({}, None) == {"polls": 0}  # who waits cannot be seen

        engine = server.start(port, data=tmp_path / "engine")
        service.meanwhile = engine.stop
        assert minute({}, None) == {"polls": 1}

        with server.start(port, data=tmp_path / "engine"), SqliteDeliveries(tmp_path / "deliveries.sqlite") as store:
            assert [one.state for one in store.newest(limit=9)] == [State.PENDING]
            later = ControlledClock(SystemClock().time_ms() + LONG_MS)
            Redelivery(store, client, clock=later).round()
            assert [one.state for one in store.newest(limit=9)] == [State.PUBLISHED]
            assert after(client, process) == ["a"]
            assert minute({}, None) == {"polls": 0}
            assert after(client, process) == []


def test_an_instance_that_two_runs_poll_for_goes_on_once(
    bench: OfficialBench, engine: EngineClient, service: Service, tmp_path: Path
) -> None:
    process = new_name()
    settings = lambda_settings(engine, tmp_path, rarely(bench, service, process), process)
    first, second = deployed_polls(handler, settings), deployed_polls(handler, settings)
    engine.create_instance(process_definition_id=process, variables={"key": "a"})
    service.paid.add("a")
    service.meanwhile = lambda: second({}, None)

    assert first({}, None) == {"polls": 1}
    assert [order for order, _ in service.asked] == ["a", "a"]
    assert after(engine, process) == ["a"]


def test_an_answer_that_the_model_cannot_use_is_refused_and_stops_no_other_instance(
    bench: OfficialBench, engine: EngineClient, service: Service, tmp_path: Path
) -> None:
    process = new_name()
    poisonous = '=if body.order = "poison" then "poison" else {seen: body.order}'
    model = rarely(bench, service, process, resultExpression=poisonous)
    minute = deployed_polls(handler, lambda_settings(engine, tmp_path, model, process))
    for key in ("poison", "a", "b"):
        engine.create_instance(process_definition_id=process, variables={"key": key})
        service.paid.add(key)

    assert minute({}, None) == {"polls": 3}
    assert sorted(after(engine, process)) == ["a", "b"]
    with SqliteDeliveries(tmp_path / "deliveries.sqlite") as store:
        states = [one.state for one in store.newest(limit=9)]
    assert sorted(states, key=str) == sorted([State.PUBLISHED, State.PUBLISHED, State.REFUSED], key=str)
