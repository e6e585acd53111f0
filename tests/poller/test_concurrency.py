"""Many jobs at once: slots, types side by side, stopping, an engine that comes and goes."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connector_sdk.engine_client import EngineClient
from connector_sdk.job import Job
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.leases import Lease, Leases
from functions.runtime.poller.options import Options
from functions.runtime.poller.pace import Pace
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Registered
from functions.runtime.poller.slots import Slots
from functions.runtime.poller.threads import Threads
from tests.poller.running import COMPLETED, QUICKLY, Seen, complete, outcomes, polling
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine


class Gate:
    """A function whose jobs wait until the test lets them go, by their variable `n`."""

    def __init__(self, count: int) -> None:
        self.started = threading.Semaphore(0)
        self.go = [threading.Event() for _ in range(count)]

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        self.started.release()
        assert self.go[event["jobs"][0]["variables"]["n"]].wait(WAIT_SECONDS)
        return outcomes(event)

    def wait_started(self, count: int) -> None:
        for _ in range(count):
            assert self.started.acquire(timeout=WAIT_SECONDS)


@pytest.fixture
def gate() -> Iterator[Callable[[int], Gate]]:
    gates: list[Gate] = []

    def make(count: int) -> Gate:
        gates.append(Gate(count))
        return gates[-1]

    yield make
    for made in gates:
        for event in made.go:
            event.set()


def asked(engine: ScriptedEngine) -> list[int]:
    return [body["maxJobsToActivate"] for body in engine.activations()]


def test_while_slots_are_free_all_of_them_are_asked_for(engine: ScriptedEngine, gate: Callable[[int], Gate]) -> None:
    function = gate(3)
    engine.add("t", variables={"n": 0})
    with polling(engine, function, slots_per_type=4, request_timeout_ms=60_000):
        function.wait_started(1)
        engine.wait_for(lambda: asked(engine) == [4, 3])
        engine.add("t", variables={"n": 1})
        function.wait_started(1)
        engine.wait_for(lambda: asked(engine) == [4, 3, 2])
        engine.close()
        for event in function.go:
            event.set()


def test_during_a_backlog_the_next_batch_is_asked_for_at_half_empty(
    engine: ScriptedEngine, gate: Callable[[int], Gate]
) -> None:
    function = gate(6)
    for number in range(6):
        engine.add("t", variables={"n": number})
    with polling(engine, function, slots_per_type=4, linger_seconds=WAIT_SECONDS):
        function.wait_started(4)
        assert asked(engine) == [4]
        function.go[0].set()
        engine.wait_for(lambda: len(engine.commands()) == 1)
        assert asked(engine) == [4]
        function.go[1].set()
        function.wait_started(2)
        assert asked(engine)[:2] == [4, 2]
        for event in function.go:
            event.set()


def test_a_slow_job_does_not_keep_a_free_slot_waiting(engine: ScriptedEngine, gate: Callable[[int], Gate]) -> None:
    function = gate(6)
    for number in range(6):
        engine.add("t", variables={"n": number})
    with polling(engine, function, slots_per_type=4, linger_seconds=0):
        function.wait_started(4)
        function.go[0].set()
        function.wait_started(1)
        assert asked(engine)[:2] == [4, 1]
        for event in function.go:
            event.set()


def test_a_type_that_hangs_does_not_hold_up_another(engine: ScriptedEngine, gate: Callable[[int], Gate]) -> None:
    function = gate(1)
    engine.add("slow", 4, variables={"n": 0})
    seen = Seen()
    registry = [Registered("slow", ("slow",)), Registered("fast", ("fast",))]
    poller = Poller(
        EngineClient(engine.address),
        registry,
        Inline({"slow": function, "fast": complete}),
        Options(**{**QUICKLY, "slots_per_type": 2}),
        observer=seen,
    )
    poller.start()
    function.wait_started(2)
    engine.add("fast", 10)
    assert {finished.function for finished in seen.wait(10)} == {"fast"}
    function.go[0].set()
    assert poller.stop(WAIT_SECONDS) == 0


def test_a_graceful_stop_finishes_what_runs_and_gives_back_what_came_too_late(
    engine: ScriptedEngine, gate: Callable[[int], Gate]
) -> None:
    function = gate(1)
    [first] = engine.add("t", variables={"n": 0})
    until = threading.Event()
    poller = Poller(
        EngineClient(engine.address),
        [Registered("fn", ("t",))],
        Inline({"fn": function}),
        Options(**{**QUICKLY, "request_timeout_ms": 60_000}),
    )
    left: list[int] = []
    running = threading.Thread(target=lambda: left.append(poller.run(until)))
    running.start()
    function.wait_started(1)
    engine.wait_for(lambda: len(engine.activations()) == 2)
    until.set()
    assert poller.stopping.wait(WAIT_SECONDS)
    [second] = engine.add("t", variables={"n": 0})
    engine.wait_for(lambda: engine.commands())
    function.go[0].set()
    running.join(WAIT_SECONDS)
    assert left == [0]
    message = "the poller stops; given back with its retries unchanged"
    assert engine.commands() == [
        (second, "failure", {"retries": 3, "errorMessage": message, "retryBackOff": 0}),
        (first, "completion", COMPLETED),
    ]
    assert len(engine.activations()) == 2
    assert poller.counts() == {"given back": 1, "completed": 1}


@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_stop_gives_back_what_still_waits_for_its_turn(
    engine: ScriptedEngine, gate: Callable[[int], Gate], monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    monkeypatch.setattr(Pace, "room", 0)  # only the first of the type begins
    function = gate(1)
    engine.add("t", 7, variables={"n": 0})
    options = Options(**{**QUICKLY, "slots_per_type": 7, "batch_size": batch_size})
    connector = Registered("fn", ("t",), repeat="safe")
    poller = Poller(EngineClient(engine.address), [connector], Inline({"fn": function}), options)
    poller.start()
    function.wait_started(1)
    poller.stopping.set()
    function.go[0].set()
    assert poller.stop(WAIT_SECONDS) == 0
    assert poller.counts() == {"completed": batch_size, "given back": 7 - batch_size}


def test_a_stop_that_runs_out_of_time_says_how_many_jobs_it_left(
    engine: ScriptedEngine, gate: Callable[[int], Gate]
) -> None:
    function = gate(1)
    engine.add("t", 3, variables={"n": 0})
    with polling(engine, function) as poller:
        function.wait_started(3)
        assert poller.stop(0.2) == 3
        function.go[0].set()


def test_an_engine_that_comes_later_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    noted = Noted("no answer from the engine")
    logging.getLogger("connectors.poller").addHandler(noted)
    seen = Seen()
    client = EngineClient(f"http://127.0.0.1:{port}")
    poller = Poller(client, [Registered("fn", ("t",))], Inline({"fn": complete}), Options(**QUICKLY), observer=seen)
    poller.start()
    try:
        assert noted.seen.wait(WAIT_SECONDS)
        engine = ScriptedEngine(port)
        engine.add("t")
        assert seen.wait(1)[0].outcome == "completed"
        assert poller.stop(WAIT_SECONDS) == 0
        engine.stop()
    finally:
        logging.getLogger("connectors.poller").removeHandler(noted)


class Noted(logging.Handler):
    """Waits for a message with these words."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.seen = threading.Event()
        self._words = words

    def emit(self, record: logging.LogRecord) -> None:
        if self._words in record.getMessage():
            self.seen.set()


def test_a_job_that_gets_no_thread_is_given_back_and_polling_goes_on(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, refusals = Threads.start, iter([True])

    def full(threads: Threads, call: Callable[[], None], kind: str) -> None:
        if next(refusals, False):
            raise RuntimeError("can't start new thread")
        start(threads, call, kind)

    monkeypatch.setattr(Threads, "start", full)
    first, second = engine.add("t", 2)
    seen = Seen()
    with polling(engine, complete, seen, slots_per_type=1) as poller:
        seen.wait(2)
        assert poller.stop(WAIT_SECONDS) == 0
    message = "the poller has no thread for it; given back with its retries unchanged"
    assert engine.commands() == [
        (first, "failure", {"retries": 3, "errorMessage": message, "retryBackOff": 2_000}),
        (second, "completion", COMPLETED),
    ]


def test_a_fault_while_asking_for_jobs_is_logged_and_polling_goes_on(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    activate, faults = EngineClient.activate_jobs, iter([True])

    def faulty(client: EngineClient, job_type: str, **options: Any) -> list[Job]:
        if next(faults, False):
            raise RuntimeError("nobody expects this")
        return activate(client, job_type, **options)

    monkeypatch.setattr(EngineClient, "activate_jobs", faulty)
    engine.add("t")
    seen = Seen()
    with polling(engine, complete, seen):
        assert seen.wait(1)[0].outcome == "completed"
    assert "no jobs of type t: a fault in the poller" in caplog.text


def test_a_fault_while_a_job_is_begun_leaves_it_to_its_lock_and_polling_goes_on(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begin, faults = Leases.begin, iter([True])

    def faulty(leases: Leases, job: Job, seconds: float, since: float) -> Lease:
        if next(faults, False):
            raise RuntimeError("nobody expects this")
        return begin(leases, job, seconds, since)

    monkeypatch.setattr(Leases, "begin", faulty)
    first, second = engine.add("t", 2)
    seen = Seen()
    with polling(engine, complete, seen) as poller:
        assert seen.wait(1)[0].job.key == second
        [third] = engine.add("t")
        assert seen.wait(2)[1].job.key == third
        assert poller.stop(WAIT_SECONDS) == 0
    assert f"job {first} is not begun" in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_type_that_nobody_polls_for_any_more_says_so(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def faulty(slots: Slots, **options: object) -> int:
        asked.set()
        raise RuntimeError("nobody expects this")

    monkeypatch.setattr(Slots, "ask", faulty)
    with polling(engine, complete) as poller:
        assert asked.wait(WAIT_SECONDS)
        pause = threading.Event()
        while poller.figures()["t"].state != "stopped":
            pause.wait(0.01)
