"""Answers that the engine has not heard of yet are memory: beyond a limit they wait before they are read."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from connector_sdk.job import Job
from functions.runtime.poller.answers_in_flight import Answers
from functions.runtime.poller.invokers import Arriving, FunctionDied
from functions.runtime.poller.leases import Lease
from functions.runtime.poller.registry import Registered
from tests.poller.running import Seen, complete, outcomes, polling
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine

SIZE = len(json.dumps(outcomes({"jobs": [{"jobKey": "1"}]})))
"""Of the answer to a job whose key has one digit."""


def attempts(engine: ScriptedEngine) -> list[str]:
    return [key for key, command, _ in engine.commands() if command == "completion"]


@pytest.mark.parametrize(("limit", "order"), [(2 * SIZE, "first second first"), (2 * SIZE - 1, "first first second")])
def test_an_answer_waits_until_there_is_room_for_it(engine: ScriptedEngine, limit: int, order: str) -> None:
    """The engine is busy when it hears of the first; `go` lets that one be tried again."""
    go, ran = threading.Event(), threading.Semaphore(0)

    def function(event: dict[str, Any], context: Any) -> dict[str, Any]:
        ran.release()
        return complete(event, context)

    def wait(seconds: float) -> None:
        assert go.wait(WAIT_SECONDS)

    seen = Seen()
    engine.refuse("completion", 503)
    with polling(engine, function, seen, wait=wait, answer_bytes_in_flight=limit):
        [first] = engine.add("t")
        engine.wait_for(lambda: attempts(engine) == [first])
        [second] = engine.add("t")
        assert all(ran.acquire(timeout=WAIT_SECONDS) for _ in range(2))
        if order.startswith("first second"):
            engine.wait_for(lambda: attempts(engine) == [first, second])
        go.set()
        seen.wait(2)
    names = {first: "first", second: "second"}
    assert " ".join(names[key] for key in attempts(engine)) == order


def test_an_answer_that_is_larger_than_all_room_comes_alone(engine: ScriptedEngine) -> None:
    engine.add("t", 9)
    seen = Seen()
    with polling(engine, complete, seen, answer_bytes_in_flight=1):
        seen.wait(9)
    assert set(engine.completions().values()) == {1}


def test_a_batch_keeps_the_room_of_its_answer_until_its_last_job() -> None:
    answers = Answers(100)
    one, other, later = (Lease(Job(key, "t"), 50, 50) for key in "123")
    answers.keep([one, other], 99)
    assert (one.answer, other.answer) == (50, 50)
    waiting = threading.Thread(target=answers.keep, args=([later], 51))
    waiting.start()
    answers.forget(one)
    answers.forget(one)
    assert waiting.is_alive()
    answers.forget(other)
    waiting.join(WAIT_SECONDS)
    assert later.answer == 51


def test_who_waits_for_much_room_is_not_overtaken_by_those_who_want_little() -> None:
    answers = Answers(100)
    first, much, little = (Lease(Job(key, "t"), 50, 50) for key in "123")
    answers.keep([first], 60)
    waiting = [
        threading.Thread(target=answers.keep, args=([lease], size)) for lease, size in ((much, 90), (little, 20))
    ]
    pause = threading.Event()
    for number, thread in enumerate(waiting, 1):
        thread.start()
        while answers.allowance.waiting < number and thread.is_alive():
            pause.wait(0.01)
    answers.forget(first)
    waiting[0].join(WAIT_SECONDS)
    assert (much.answer, little.answer) == (90, 0)
    answers.forget(much)
    waiting[1].join(WAIT_SECONDS)
    assert little.answer == 20


@pytest.mark.parametrize("dies", [False, True])
def test_an_answer_that_is_of_no_use_keeps_no_room_while_its_jobs_run_again(engine: ScriptedEngine, dies: bool) -> None:
    again, go = threading.Semaphore(0), threading.Event()

    class Twice:
        """Jobs that come together get no outcome; alone they wait for the test."""

        def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
            if len(invocation["jobs"]) > 1:
                arriving(1_000)
                if dies:
                    raise FunctionDied("raised KeyError")
                return {"outcomes": []}
            again.release()
            assert go.wait(WAIT_SECONDS)
            return outcomes(invocation)

    engine.add("t", 4)
    seen = Seen()
    options = {"batch_size": 2, "slots_per_type": 4, "answer_bytes_in_flight": 1_000}
    safe = Registered("fn", ("t",), repeat="safe")
    with polling(engine, None, seen, invoker=Twice(), connector=safe, **options):
        assert all(again.acquire(timeout=5) for _ in range(4))
        go.set()
        seen.wait(4)
