"""The engine refuses what the poller tells it for good: it is told so in a failure that it can take, and why."""

from __future__ import annotations

from typing import Any

import pytest

from functions.runtime.poller.commands import Result
from functions.runtime.poller.invokers import Arriving
from functions.runtime.poller.registry import Registered
from tests.poller.running import Seen, complete, outcomes, polling, raises, run_one
from tests.poller.scripted_engine import ScriptedEngine

SAFE = Registered("fn", ("t",), repeat="safe")


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_completion_that_the_engine_refuses_becomes_a_failure(engine: ScriptedEngine, status: int) -> None:
    engine.add("t")
    engine.refuse("completion", status)
    finished = run_one(engine, complete, connector=SAFE)
    assert [(command, body.get("retries")) for _, command, body in engine.commands()] == [
        ("completion", None),
        ("failure", 2),
    ]
    assert finished.message == f"the engine refused the completion of function fn ({status} SCRIPTED: as told)"


@pytest.mark.parametrize("command", ["completion", "error"])
def test_a_function_that_must_not_run_twice_does_not_when_the_engine_refuses_its_outcome(
    engine: ScriptedEngine, command: str
) -> None:
    engine.add("t")
    engine.refuse(command, 400)
    body = {"variables": {}, "errorCode": "E"}
    finished = run_one(engine, lambda event, context: outcomes(event, command, body))
    assert [(sent, body.get("retries")) for _, sent, body in engine.commands()] == [(command, None), ("failure", 0)]
    assert finished.message == (
        f"the engine refused the {command} of function fn (400 SCRIPTED: as told); "
        "it did its work and is not run a second time"
    )


def test_a_failure_that_the_engine_refuses_is_said_again_in_short(engine: ScriptedEngine) -> None:
    [key] = engine.add("t")
    engine.refuse("failure", 413)
    body = {"retries": 2, "retryBackOff": 7, "errorMessage": "m" * 301, "variables": {"error": {"variables": "much"}}}
    finished = run_one(engine, lambda event, context: outcomes(event, "failure", body))
    message = "the engine refused the failure of function fn (413 SCRIPTED: as told): " + "m" * 300
    assert engine.commands() == [
        (key, "failure", body),
        (key, "failure", {"retries": 2, "errorMessage": message, "retryBackOff": 7}),
    ]
    assert (finished.outcome, finished.message, finished.result) == ("failed", message, Result.TAKEN)


def test_a_failure_is_not_said_a_third_time(engine: ScriptedEngine) -> None:
    engine.add("t")
    engine.refuse("failure", 413, 413)
    finished = run_one(engine, lambda event, context: outcomes(event, "failure", {"retries": 2}))
    assert finished.result is Result.REFUSED
    assert len(engine.commands()) == 2


class Answering:
    """An invoker that passes an answer on as it is."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self._variables = variables

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        return outcomes(invocation, body={"variables": self._variables})


def test_a_completion_that_json_cannot_say_becomes_a_failure(engine: ScriptedEngine) -> None:
    engine.add("t")
    finished = run_one(engine, None, invoker=Answering({"a": float("nan")}), connector=SAFE)
    assert [(command, body["retries"]) for _, command, body in engine.commands()] == [("failure", 2)]
    assert finished.message in (
        "the engine refused the completion of function fn (Out of range float values are not JSON compliant)",
        "the engine refused the completion of function fn (Out of range float values are not JSON compliant: nan)",
    )  # the second one from Python 3.13 on


def test_half_a_surrogate_pair_becomes_a_question_mark(engine: ScriptedEngine) -> None:
    [key] = engine.add("t")
    run_one(engine, None, invoker=Answering({"a": "\ud83d", "b": "\U0001f600"}))
    assert engine.commands() == [(key, "completion", {"variables": {"a": "?", "b": "\U0001f600"}})]


def test_a_failure_that_the_engine_refuses_is_not_sent_in_circles(engine: ScriptedEngine) -> None:
    engine.add("t")
    engine.refuse("failure", 400)
    seen = Seen()
    with polling(engine, raises, seen) as poller:
        assert seen.wait(1)[0].result is Result.REFUSED
    assert len(engine.commands()) == 1
    assert (poller.figures()["t"].failed, poller.figures()["t"].refused) == (0, 1)


def test_a_fault_of_the_engine_that_comes_back_counts_as_refused(engine: ScriptedEngine) -> None:
    engine.add("t")
    engine.refuse("completion", 500, 503, 500, 500)
    finished = run_one(engine, complete, connector=SAFE, wait=lambda seconds: None)
    assert [command for _, command, _ in engine.commands()] == ["completion"] * 4 + ["failure"]
    assert finished.message == "the engine refused the completion of function fn (500 SCRIPTED: as told)"


def test_a_command_whose_size_breaks_the_connection_counts_as_refused(engine: ScriptedEngine) -> None:
    engine.longest = 1_600_000
    waits: list[float] = []
    [key] = engine.add("t")
    body = {"variables": {"a": "x" * 1_600_000}}
    finished = run_one(engine, lambda event, context: outcomes(event, body=body), connector=SAFE, wait=waits.append)
    assert [(sent, command) for sent, command, _ in engine.commands()] == [(key, "failure")]
    assert finished.message == (
        "the engine refused the completion of function fn (no answer to a command of this size)"
    )
    assert waits == [0.05, 0.1]
