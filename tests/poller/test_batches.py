"""Several jobs in one invocation: whose, when, how many, and what becomes of them when it goes wrong."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.job import Job
from functions.runtime.poller import worker
from functions.runtime.poller.batches import MAX_BATCH_BYTES, batches
from functions.runtime.poller.finished import Finished
from functions.runtime.poller.invokers import Arriving, FunctionDied, InvocationTooLarge, NeverRan
from functions.runtime.poller.leases import Lease, Leases
from functions.runtime.poller.registry import Registered
from tests.poller.running import Seen, outcomes, polling
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine

SAFE = Registered("fn", ("t",), repeat="safe")
Answer = Any


class Scripted:
    """An invoker that notes how many jobs come together, and treats those that do as told."""

    def __init__(self, together: Any = outcomes) -> None:
        self.sizes: list[int] = []
        self._together = together

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        self.sizes.append(len(invocation["jobs"]))
        if len(invocation["jobs"]) == 1:
            return outcomes(invocation)
        return self._together(invocation)


def raising(error: Exception) -> Any:
    def invoke(invocation: dict[str, Any]) -> Any:
        raise error

    return invoke


def run(engine: ScriptedEngine, invoker: Scripted, count: int, **options: Any) -> list[Finished]:
    seen = Seen()
    engine.add("t", count)
    with polling(engine, None, seen, invoker=invoker, **{"connector": SAFE, "batch_size": 4, **options}) as poller:
        finished = seen.wait(count)
        assert poller.stop(20) == 0
    assert len(finished) == count
    return finished


@pytest.mark.parametrize(
    ("repeat", "count", "sizes"),
    [
        ("safe", 8, [4, 4]),
        ("keyed", 8, [4, 4]),
        ("unsafe", 8, [1] * 8),
        ("safe", 7, [1] * 7),  # a slot was left: no backlog
    ],
)
def test_jobs_share_an_invocation_during_a_backlog_if_they_may_be_repeated(
    engine: ScriptedEngine, repeat: Any, count: int, sizes: list[int]
) -> None:
    invoker = Scripted()
    finished = run(engine, invoker, count, connector=Registered("fn", ("t",), repeat=repeat))
    assert sorted(invoker.sizes) == sizes
    assert {one.outcome for one in finished} == {"completed"}
    assert len(engine.commands()) == count


def half(invocation: dict[str, Any]) -> Any:
    return {"outcomes": outcomes(invocation)["outcomes"][::2]}


def none_started(invocation: dict[str, Any]) -> Any:
    return {"outcomes": [], "notStarted": [job["jobKey"] for job in invocation["jobs"]]}


@pytest.mark.parametrize(
    ("together", "alone"),
    [
        (raising(FunctionDied("ran out of memory")), 8),
        (raising(InvocationTooLarge("too many bytes")), 8),
        (lambda invocation: None, 8),
        (half, 4),
        (none_started, 8),
    ],
)
def test_jobs_of_a_batch_whose_outcome_is_not_known_are_run_again_alone_with_their_retries(
    engine: ScriptedEngine, together: Any, alone: int
) -> None:
    invoker = Scripted(together)
    run(engine, invoker, 8)
    assert sorted(invoker.sizes) == [1] * alone + [4, 4]
    assert [command for _, command, _ in engine.commands()] == ["completion"] * 8
    assert len({key for key, _, _ in engine.commands()}) == 8


def test_a_batch_that_never_ran_is_given_back_whole(engine: ScriptedEngine) -> None:
    invoker = Scripted(raising(NeverRan("throttled")))
    finished = run(engine, invoker, 8)
    assert {one.outcome for one in finished} == {"given back"}
    assert [body["retries"] for _, _, body in engine.commands()] == [3] * 8


def test_a_fault_in_the_poller_gives_the_batch_back(engine: ScriptedEngine) -> None:
    finished = run(engine, Scripted(raising(ZeroDivisionError("nobody expects this"))), 8)
    assert {one.message for one in finished} == {"a fault in the poller (ZeroDivisionError)"}


def test_jobs_of_a_batch_end_side_by_side_once_a_command_takes_long(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "QUICK_SECONDS", 0.0)
    others = threading.Barrier(3)
    first = threading.Event()

    seen = Seen()

    def observer(finished: Finished) -> None:
        if first.is_set():
            others.wait(WAIT_SECONDS)  # it lets them go on only when all of them are here
        first.set()
        seen(finished)

    engine.add("t", 4)
    options = {"connector": SAFE, "batch_size": 4, "slots_per_type": 4}
    with polling(engine, None, observer, invoker=Scripted(), **options):
        assert {one.outcome for one in seen.wait(4)} == {"completed"}
    assert not others.broken


def lease(size: int, **headers: str) -> Lease:
    return Lease(Job("1", "t", custom_headers=headers), 50, 50, size=size)


def sizes(*leases: Lease) -> list[int]:
    return [len(batch) for batch in batches(leases, 3)]


def test_a_batch_ends_at_its_number_and_at_its_bytes() -> None:
    assert sizes(*[lease(1)] * 7) == [3, 3, 1]
    assert sizes(lease(MAX_BATCH_BYTES - 1), lease(1), lease(1)) == [2, 1]
    assert sizes(lease(1), lease(MAX_BATCH_BYTES), lease(1)) == [1, 1, 1]
    assert sizes() == []


def test_a_job_with_a_lock_of_its_own_goes_alone() -> None:
    assert sizes(lease(1), lease(1, jobTimeout="PT5M"), lease(1)) == [1, 2]


def test_a_jobs_size_is_that_of_its_variables_and_headers_as_utf_8() -> None:
    leases = Leases(EngineClient("http://127.0.0.1:1"), ControlledClock())
    job = Job("1", "t", variables={"a": "\u6f22\ud83d"}, custom_headers={"b": "\u00fc"})
    assert leases.begin(job, seconds=50, since=0).size == 13 + 11 + len("[, ]")
