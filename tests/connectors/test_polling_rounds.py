"""Rounds of polling on a clock that a test moves: who is polled for, when, and what a search that fails stops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock, SystemClock
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.polling import INTERVAL, PollingConnector, Polls
from connector_sdk.inbound.properties import interval_ms
from connector_sdk.inbound.rounds import AT_ONCE, MISSED_MS, PollingServices, Rounds
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.conformance.recorded_engine import RecordedEngine
from devkit.connector_runtime.sources import timer
from devkit.connector_runtime.told import nobody
from tests.inbound.host import NOW, catch_event

TYPE = "test:poll:1"
SECOND = 1_000
LONG_SECONDS = 10.0


class Searched(RecordedEngine):
    """Who waits, by the process definition's key and the element's id; an exception is what its search raises."""

    def __init__(self, waiting: Mapping[tuple[str, str], Any]) -> None:
        super().__init__([])
        self._waiting = waiting
        self.nonsense = 0

    def search(self, what: str, filter: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        wanted = filter or {}
        if what == "variables":
            self.nonsense += 1
            raise ValueError("no answer of an engine")
        found = self._waiting.get((wanted["processDefinitionKey"], wanted["elementId"]), [])
        if isinstance(found, Exception):
            raise found
        return list(found)


class Polled:
    """Rounds over some elements; `asked` is for whom and when, in seconds since the begin."""

    def __init__(self, engine: Searched, store: SqliteDeliveries) -> None:
        self.asked: list[tuple[str, float]] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.afterwards: Callable[[], object] = lambda: None
        self._engine = engine
        self._connector = PollingConnector(TYPE, "Test", lambda _: self._ask, self._ask)
        self._polls = Polls([self._connector], EnvironmentSecrets({}))
        self._clock = ControlledClock(NOW)
        self._services = PollingServices(self._polls, engine, store, self._clock)

    def deploy(self, *elements: InboundElement) -> None:
        first = elements[0]
        process = DeployedProcess(
            first.process_definition_id, first.version, first.process_definition_key, "", first.tenant_id
        )
        assert list(self._polls.deploy(process, elements)) == []

    def run(self, seconds: float, *, begins: bool = False) -> list[tuple[str, float]]:
        """Rounds for so long, a tick each second. `begins`: they follow upon others."""
        rounds = Rounds(self._services, {TYPE: self._ask}, begin_ms=NOW if begins else None)
        ticks = Ticks(self._clock, lambda: len(self.asked) + self._engine.nonsense >= rounds.polls)
        rounds.run(ticks, NOW + int(seconds * SECOND))
        return sorted(self.asked)

    def _ask(self, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        self.meanwhile()
        self.asked.append((properties["name"], (self._clock.time_ms() - NOW) / SECOND))
        self.afterwards()
        return {}


class Ticks(threading.Event):
    """Nobody waits: the clock moves instead, once everybody has been asked."""

    def __init__(self, clock: ControlledClock, asked: Callable[[], bool]) -> None:
        super().__init__()
        self._controlled, self._asked = clock, asked

    def wait(self, timeout: float | None = None) -> bool:
        system = SystemClock()
        end = system.monotonic() + LONG_SECONDS
        while not self._asked():
            super().wait(0.001)
            assert system.monotonic() < end, "somebody was never polled for"
        self._controlled.advance(SECOND)
        return False


def polling(name: str, tenant: str = "<default>", key: str = "1", **properties: str) -> InboundElement:
    given = {
        "inbound.type": TYPE,
        "name": name,
        "activationCondition": "=false",
        "correlationKeyExpression": '="k"',
        "processPollingInterval": "PT1S",
        **properties,
    }
    return catch_event(given, element_id=name, tenant_id=tenant, process_definition_key=key, waits=True)


def since(seconds: float, number: int = 1) -> dict[str, str]:
    """An instance that waits since so many seconds before the begin, as the engine's search says it."""
    started = datetime.fromtimestamp(NOW / SECOND - seconds, UTC).isoformat()
    return {"elementInstanceKey": str(number), "processInstanceKey": str(100 + number), "startDate": started}


@pytest.fixture
def store() -> Iterator[SqliteDeliveries]:
    with SqliteDeliveries(":memory:") as found:
        yield found


def test_a_process_is_polled_for_in_every_tenant_that_has_it(store: SqliteDeliveries) -> None:
    waiting = {("1", "a"): [since(0, 1)], ("2", "a"): [since(0, 2)]}
    polled = Polled(Searched(waiting), store)
    polled.deploy(polling("a"))
    polled.deploy(polling("a", tenant="other", key="2"))

    assert polled.run(2) == [("a", 0), ("a", 0)]


@pytest.mark.parametrize("answer", [[{"elementInstanceKey": "1", "startDate": None}], RuntimeError("surprise")])
def test_a_search_that_makes_no_sense_stops_no_other_poll(
    store: SqliteDeliveries, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    polled = Polled(Searched({("1", "a"): answer, ("1", "b"): [since(0)]}), store)
    polled.deploy(polling("a"), polling("b"))

    with caplog.at_level(logging.ERROR):
        assert polled.run(2) == [("b", 0)]

    assert "who waits at poll:<default>:order:a:3 cannot be seen" in caplog.text


def test_variables_that_make_no_sense_stop_no_other_poll(
    store: SqliteDeliveries, caplog: pytest.LogCaptureFixture
) -> None:
    polled = Polled(Searched({("1", "a"): [since(3600)], ("1", "b"): [since(3600, 2)]}), store)
    polled.deploy(polling("a", url="=order"), polling("b"))

    with caplog.at_level(logging.ERROR):
        assert [name for name, _ in polled.run(2, begins=True)] == ["b"]

    assert "a poll of poll:<default>:order:a:3 failed, and is tried again" in caplog.text


def test_who_began_to_wait_just_before_a_run_is_polled_for_at_once_and_the_others_keep_their_rhythm(
    store: SqliteDeliveries,
) -> None:
    waiting = {("1", "just"): [since(MISSED_MS / SECOND)], ("1", "before"): [since(MISSED_MS / SECOND + 1, 2)]}
    polled = Polled(Searched(waiting), store)
    polled.deploy(polling("just"), polling("before"))

    # PT50S if the model does not say: 71 s are over, and so the second poll is due after 100.
    assert polled.run(40, begins=True) == [("before", 29), ("just", 0)]


def test_no_model_is_polled_for_or_looked_at_more_than_once_a_second(store: SqliteDeliveries) -> None:
    polls = Polls([PollingConnector(TYPE, "Test", lambda _: dict, dict)], EnvironmentSecrets({}))
    process = DeployedProcess("order", 3, "1", "", "<default>")
    polls.deploy(process, [polling("a", processPollingInterval="PT0.999S")])

    [[poll]] = polls

    assert poll.look_ms == 1_000
    assert [poll.interval_ms({INTERVAL: text}) for text in ("PT0.999S", "PT1.001S")] == [1_000, 1_001]


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("PT0.001S", 1), ("P366D", 31_622_400_000), ("PT0S", 0), ("PT0.0009S", 0), ("-PT5S", 0), ("P366DT0.001S", 0)],
)
def test_an_interval_is_longer_than_zero_and_no_longer_than_clocks_can_add(text: str, milliseconds: int) -> None:
    if milliseconds:
        assert interval_ms("interval", text) == milliseconds
        return
    with pytest.raises(ConnectorInputError) as raised:
        interval_ms("interval", text)
    assert (
        str(raised.value) == f"property interval: '{text}' is no interval of PT0.001S to P366D; correct it in the model"
    )


def test_answers_that_the_model_cannot_use_are_kept_once_for_an_instance(store: SqliteDeliveries) -> None:
    polled = Polled(Searched({("1", "a"): [since(0, 1), since(0, 2)]}), store)
    unusable = {"activationCondition": "=true", "resultExpression": '="no context"', "httpRequestInterval": "PT1S"}
    polled.deploy(polling("a", **unusable))

    for second in range(1, 6):
        polled.run(second)

    assert len(polled.asked) == 10
    assert [one.state for one in store.newest(limit=99)] == [State.REFUSED] * 2


def test_what_fails_is_told_once_and_once_more_when_it_goes_well(
    store: SqliteDeliveries, caplog: pytest.LogCaptureFixture
) -> None:
    polled = Polled(Searched({("1", "a"): [since(0, 1), since(0, 2)]}), store)
    polled.deploy(polling("a", httpRequestInterval="PT1S"))

    def away() -> None:
        if len(polled.asked) < 6:
            raise ConnectorInputError("away")

    polled.afterwards = away
    polled.run(200)

    assert caplog.messages == [
        "a poll of poll:<default>:order:a:3 failed, and is tried again: away",
        "poll:<default>:order:a:3 is polled again",
    ]


def test_so_many_polls_run_side_by_side_and_no_more(store: SqliteDeliveries) -> None:
    polled = Polled(Searched({("1", "a"): [since(0, number) for number in range(AT_ONCE * 2)]}), store)
    polled.deploy(polling("a"))
    together, inside, most = threading.Barrier(AT_ONCE, timeout=LONG_SECONDS), set[int](), []

    def meet() -> None:
        inside.add(threading.get_ident())
        together.wait()
        most.append(len(inside))

    polled.meanwhile = meet
    assert len(polled.run(1)) == AT_ONCE * 2
    assert set(most) == {AT_ONCE}


def test_polls_of_one_machine_go_on_after_whatever_has_ended_them(
    store: SqliteDeliveries, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(timer, "AGAIN_SECONDS", 0.01)
    polls = Fickle()
    runs = timer.Timer(PollingServices(polls, Searched({}), store), Settings.read({}), nobody)

    with caplog.at_level(logging.ERROR):
        runs.start()
        assert polls.twice.wait(LONG_SECONDS)
        runs.stop()

    assert "polls: this time failed" in caplog.text


class Fickle(Polls):
    """Cannot be looked at the first time."""

    def __init__(self) -> None:
        super().__init__([], EnvironmentSecrets({}))
        self.once, self.twice = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[Any]:
        if not self.once.is_set():
            self.once.set()
            raise RuntimeError("surprise")
        self.twice.set()
        return super().__iter__()
