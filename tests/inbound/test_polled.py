"""A source that is looked into is told that it is done when the engine has the event, and not before."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.looks import deployed_looks
from connector_sdk.inbound.message import InboundMessage, UnreadableMessage
from connector_sdk.inbound.multipart import Part
from connector_sdk.inbound.polled import AT_ONCE, PolledConnector, Taken, look_into
from connector_sdk.inbound.subscription import Subscriptions
from connector_sdk.inbound.taking import SubscriptionServices
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from connector_sdk.stores.routes import RoutedProcess
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.conformance.recorded_engine import RecordedEngine
from tests.inbound.host import NOW, element

AWAY: Mapping[str, Any] = {"close": True}
HERE: Mapping[str, Any] = {"status": 200}
PROCESS = DeployedProcess("order", 3, "2251799813685250", "", "<default>")


class Source:
    """Entries that one look finds; `done` are those that it may forget."""

    def __init__(self, *entries: Mapping[str, Any]) -> None:
        self.entries, self.done, self.commands = entries, list[Any](), list[Any]()
        self.kind = PolledConnector(
            type="test:polled:1",
            name="Test",
            properties=lambda _: None,
            source=lambda _: "test:feed",
            function=read,
            look=self._look,
            interval_ms=lambda _: 1_000,
        )

    def _look(self, _: None, settings: Settings, taken: Taken) -> None:
        self.done = [entry["name"] for entry in self.entries if taken(entry)]


def read(entry: Mapping[str, Any], _: None) -> InboundMessage:
    if entry.get("unreadable"):
        raise UnreadableMessage("no entry")
    parts = [Part("", b"inside", "a.csv", "text/csv")] if entry.get("attached") else []
    return InboundMessage({"name": entry["name"]}, f"entry-{entry['name']}", parts)


@pytest.fixture
def store() -> Iterator[SqliteDeliveries]:
    with SqliteDeliveries(":memory:") as found:
        yield found


def look(source: Source, store: SqliteDeliveries, *answers: Mapping[str, Any], **properties: str) -> list[str]:
    """What the source is told to be done, after one look."""
    subscriptions = Subscriptions([source.kind], EnvironmentSecrets({}))
    given = {"inbound.type": source.kind.type, **properties}
    assert list(subscriptions.deploy(PROCESS, [element(given)])) == []
    engine = RecordedEngine(answers)
    services = SubscriptionServices(subscriptions, engine, store, ControlledClock(NOW))
    [[subscription]] = subscriptions
    look_into(subscription, services, Settings.read({}))
    source.commands = engine.commands
    return source.done


def test_what_the_engine_has_is_done_and_stays_so(store: SqliteDeliveries) -> None:
    source = Source({"name": "a"}, {"name": "b"})

    assert look(source, store, HERE) == ["a", "b"]
    assert look(source, store, AWAY) == ["a", "b"]


def test_what_is_only_on_disk_is_not_done(store: SqliteDeliveries) -> None:
    assert look(Source({"name": "a"}), store, AWAY) == []
    assert [one.state for one in store.newest(limit=9)] == [State.PENDING]


@pytest.mark.parametrize(("consumed", "done"), [("true", ["a"]), ("false", [])])
def test_what_no_element_wants_is_done_only_if_the_model_says_so(
    store: SqliteDeliveries, consumed: str, done: list[str]
) -> None:
    source = Source({"name": "a"})

    assert look(source, store, activationCondition="=false", consumeUnmatchedEvents=consumed) == done


def test_what_is_attached_is_a_document_for_the_result_and_nothing_that_an_activation_condition_sees(
    store: SqliteDeliveries,
) -> None:
    source = Source({"name": "a", "attached": True})
    seen = {"activationCondition": "=attached = null", "resultExpression": "={file: attachments[1].documentId}"}

    assert look(source, store, HERE, **seen) == ["a"]
    assert source.commands[-1]["body"]["variables"] == {"file": "doc-1"}


def test_what_cannot_be_read_is_not_done_and_stops_no_other(store: SqliteDeliveries) -> None:
    assert look(Source({"name": "a", "unreadable": True}, {"name": "b"}), store, HERE) == ["b"]


@pytest.mark.parametrize("at_once", [2, AT_ONCE])
def test_a_function_looks_into_as_many_sources_at_once_as_its_kind_says(at_once: int, tmp_path: Path) -> None:
    together, inside, most = threading.Barrier(at_once, timeout=10), set[int](), set[int]()

    def meet(_: str, settings: Settings, taken: Taken) -> None:
        inside.add(threading.get_ident())
        together.wait()
        most.add(len(inside))

    sources = [f"s-{number}" for number in range(2 * at_once)]
    kind = PolledConnector[str](
        type="test:polled:1",
        name="Test",
        properties=lambda given: given.text("url"),
        source=str,
        function=lambda *_: InboundMessage({}, "1"),
        look=meet,
        interval_ms=lambda _: 60_000,
        at_once=at_once,
    )
    given = [element({"inbound.type": kind.type, "url": name}, element_id=name).to_json() for name in sources]
    entry = RoutedProcess("order", 3, "1", "<default>", NOW, given)
    (tmp_path / "routes.json").write_text(json.dumps([entry.to_json()]), encoding="utf-8")
    environment = {"CAMUNDA_REST_ADDRESS": "http://127.0.0.1:9", "CONNECTORS_ROUTES": f"file:{tmp_path}/routes.json"}

    due = datetime.fromtimestamp((NOW - NOW % 60_000) / 1000, UTC).isoformat()
    settings = Settings.read({**environment, "CONNECTORS_DELIVERIES": f"sqlite:{tmp_path}/d.sqlite"})
    run = deployed_looks(kind, settings, ControlledClock(NOW))

    assert run({"time": due}, None) == {"looks": 2 * at_once}
    assert most == {at_once}
