"""A plain start is looked up by its business id before it is tried again, where the engine keeps one."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineRejected
from connector_sdk.stores import State
from devkit.engine import server
from functions.runtime.redelivery import Redelivery
from tests.inbound.host import WatchedEngine, Webhook, catch_event, element

HEADERS = {"x-github-delivery": "d-1"}
AWAY = {"close": True}


class Engine(WatchedEngine):
    """One of 8.9: it keeps business ids, and finds what the test put there."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Callable[[], list[dict[str, Any]]] = list
        self.searches: list[tuple[str, Mapping[str, Any] | None]] = []
        self.business_ids: list[str | None] = []

    def has_business_ids(self) -> bool:
        return True

    def create_instance(self, **given: Any) -> Any:
        self.business_ids.append(given["business_id"])
        return super().create_instance(**given)

    def search(self, what: str, filter: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        self.searches.append((what, filter))
        return self.found()

    def topology(self) -> dict[str, Any]:
        return {}


@pytest.fixture
def engine(webhook: Webhook) -> Engine:
    webhook.engine = engine = Engine()
    return engine


def redelivered(webhook: Webhook, engine: Engine) -> list[State]:
    webhook.clock.advance(60_000)
    Redelivery(webhook.store, engine, clock=webhook.clock).round()
    return [one.state for one in webhook.store.newest()]


def test_the_first_try_is_created_under_the_deliverys_id_and_nothing_is_searched(
    webhook: Webhook, engine: Engine
) -> None:
    webhook.deploy(element({}))

    assert webhook.post({}, headers=HEADERS).status == 200
    assert (engine.business_ids, engine.searches) == (["orders:d-1"], [])


def test_an_instance_that_a_lost_answer_was_about_is_not_started_again(webhook: Webhook, engine: Engine) -> None:
    webhook.deploy(element({}))
    engine.answers = [AWAY]
    assert webhook.post({}, headers=HEADERS).status == 202
    engine.found = lambda: [{"processInstanceKey": "7"}]

    assert redelivered(webhook, engine) == [State.PUBLISHED]
    assert engine.searches == [
        ("process-instances", {"businessId": "orders:d-1", "processDefinitionId": "order"}),
    ]
    assert len(engine.business_ids) == 1


def test_the_senders_own_repeat_looks_first_and_sees_the_instance_as_correlation(
    webhook: Webhook, engine: Engine
) -> None:
    webhook.deploy(element({"inbound.responseExpression": "={body: correlation.processInstanceKey}"}))
    engine.answers = [AWAY]
    webhook.post({}, headers=HEADERS)
    engine.found = lambda: [{"processInstanceKey": "7"}]
    webhook.clock.advance(60_000)

    assert webhook.post({}, headers=HEADERS).body == b"7"
    assert len(engine.business_ids) == 1


def test_what_was_not_started_is_started(webhook: Webhook, engine: Engine) -> None:
    webhook.deploy(element({}))
    engine.answers = [AWAY, {}]
    webhook.post({}, headers=HEADERS)

    assert redelivered(webhook, engine) == [State.PUBLISHED]
    assert engine.business_ids == ["orders:d-1"] * 2


def test_without_the_right_to_search_it_is_started_again(webhook: Webhook, engine: Engine) -> None:
    webhook.deploy(element({}))
    engine.answers = [AWAY, {}]
    webhook.post({}, headers=HEADERS)

    def forbidden() -> list[dict[str, Any]]:
        raise EngineRejected(403, "FORBIDDEN", "no right", "POST /process-instances/search", problem=True)

    engine.found = forbidden

    assert redelivered(webhook, engine) == [State.PUBLISHED]
    assert len(engine.business_ids) == 2


@pytest.mark.parametrize(("title", "state"), [("ALREADY_EXISTS", State.PUBLISHED), ("INVALID_STATE", State.DEAD)])
def test_an_engine_that_holds_business_ids_to_be_unique_has_it_already(
    webhook: Webhook, engine: Engine, title: str, state: State
) -> None:
    webhook.deploy(element({}))
    problem = json.dumps({"title": title, "detail": "as the engine says"})
    engine.answers = [AWAY, {"status": 409, "rawBody": problem, "contentType": "application/problem+json"}]
    webhook.post({}, headers=HEADERS)

    assert redelivered(webhook, engine) == [state]


def test_the_repeat_of_a_start_that_was_waited_for_too_long_starts_no_second_instance(
    webhook: Webhook, engine: Engine
) -> None:
    webhook.deploy(element({"synchronousResponse": "true"}))
    engine.answers = [{"status": 504}, {}]
    assert webhook.post({}, headers=HEADERS).status == 504
    engine.found = lambda: [{"processInstanceKey": "7"}]

    assert [webhook.post({}, headers=HEADERS).status for _ in range(2)] == [409, 409]
    assert engine.business_ids == ["orders:d-1"]

    engine.found = list
    assert webhook.post({}, headers=HEADERS).status == 200
    assert webhook.post({}, headers=HEADERS).status == 200
    assert engine.business_ids == ["orders:d-1"] * 2


def test_a_message_needs_no_business_id(webhook: Webhook, engine: Engine) -> None:
    webhook.deploy(catch_event({}))
    engine.answers = [AWAY, {}]
    webhook.post({"id": "o-1"}, headers=HEADERS)

    assert redelivered(webhook, engine) == [State.PUBLISHED]
    assert (engine.business_ids, engine.searches) == ([], [])


@pytest.fixture
def client() -> Iterator[EngineClient]:
    with server.start() as running, closing(EngineClient(running.address)) as opened:
        yield opened


def test_the_development_engine_finds_an_instance_by_its_business_id(client: EngineClient) -> None:
    model = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
      <bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s" /></bpmn:process></bpmn:definitions>"""
    client.deploy([("p.bpmn", model.encode())])
    created = client.create_instance(process_definition_id="p", business_id="orders:d-1")
    client.create_instance(process_definition_id="p")

    [found] = client.search("process-instances", {"businessId": "orders:d-1", "processDefinitionId": "p"})
    assert (found["processInstanceKey"], found["businessId"]) == (created.process_instance_key, "orders:d-1")
    assert client.has_business_ids()


@pytest.mark.parametrize(
    ("version", "known"),
    [("8.9.0", True), ("8.10.6", True), ("9.0.0-alpha1", True), ("8.8.7", False), ("8.6.0", False), (None, False)],
)
def test_business_ids_are_there_from_8_9_on_and_the_engine_is_asked_once(
    version: str | None, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[None] = []

    def topology(_: EngineClient) -> dict[str, Any]:
        asked.append(None)
        return {"gatewayVersion": version}

    monkeypatch.setattr(EngineClient, "topology", topology)
    with closing(EngineClient("http://127.0.0.1:1")) as client:
        answers = [client.has_business_ids(), client.within(1).has_business_ids(), client.has_business_ids()]

    assert answers == [known] * 3
    assert len(asked) == 1


def test_an_engine_that_does_not_tell_its_version_has_no_business_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: EngineClient) -> dict[str, Any]:
        raise EngineRejected(403, "FORBIDDEN", "no right", "GET /topology", problem=True)

    monkeypatch.setattr(EngineClient, "topology", refused)
    with closing(EngineClient("http://127.0.0.1:1")) as client:
        assert not client.has_business_ids()
