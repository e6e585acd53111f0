"""Every job that the engine hands out ends in exactly one command, and each way of ending costs what it should."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from functions.runtime.poller.commands import Result
from functions.runtime.poller.finished import Finished
from functions.runtime.poller.invokers import Arriving, FunctionMissing, InvocationTooLarge, NeverRan
from functions.runtime.poller.registry import Handler, Registered
from tests.poller.running import Seen, complete, outcomes, polling, raises, run_one
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine

SAFE = Registered("fn", ("t",), repeat="safe")


def test_activation_asks_for_what_the_function_needs_and_locks_for_its_time_out(engine: ScriptedEngine) -> None:
    connector = Registered("fn", ("t",), fetch_variables=("url", "body"), timeout_seconds=40)
    engine.add("t")
    run_one(engine, complete, connector=connector, tenant_ids=["a"], worker_name="me")
    assert engine.activations()[0] == {
        "type": "t",
        "maxJobsToActivate": 8,
        "timeout": 60_000,
        "worker": "me",
        "requestTimeout": 20,
        "fetchVariable": ["url", "body"],
        "tenantIds": ["a"],
    }


def test_a_function_sees_its_invocation_as_lambda_would_give_it(engine: ScriptedEngine) -> None:
    events: list[dict[str, Any]] = []

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        events.append(event)
        assert context.function_name == "fn"
        assert 0 < context.get_remaining_time_in_millis() <= 30_000
        return outcomes(event)

    [key] = engine.add("t", variables={"a": [1]}, customHeaders={"h": "v"}, processInstanceKey=9)
    run_one(engine, handler, cluster_id="c")
    [event] = events
    assert (event["v"], event["clusterId"], event["secretNames"]) == (1, "c", {key: None})
    [job] = event["jobs"]
    assert (job["jobKey"], job["variables"], job["customHeaders"]) == (key, {"a": [1]}, {"h": "v"})
    assert job["processInstanceKey"] == "9"


@pytest.mark.parametrize(
    ("command", "body", "outcome", "message"),
    [
        ("completion", {"variables": {"a": 1}}, "completed", ""),
        ("completion", {}, "completed", ""),
        ("failure", {"retries": 2, "errorMessage": "no", "retryBackOff": 5, "variables": {}}, "failed", "no"),
        ("failure", {"retries": 0}, "failed", ""),
        ("error", {"errorCode": "E", "errorMessage": "m", "variables": {"a": 1}}, "error", "E"),
    ],
)
def test_what_the_function_reports_goes_to_the_engine_as_it_is(
    engine: ScriptedEngine, command: str, body: dict[str, Any], outcome: str, message: str
) -> None:
    [key] = engine.add("t")
    finished = run_one(engine, lambda event, context: outcomes(event, command, body))
    assert engine.commands() == [(key, command, body)]
    assert (finished.outcome, finished.message, finished.result) == (outcome, message, Result.TAKEN)
    assert (finished.job.key, finished.job.type, finished.function) == (key, "t", "fn")


def test_a_lease_token_is_sent_back(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", jobLeaseToken="L")
    run_one(engine, complete)
    assert engine.commands() == [(key, "completion", {"variables": {"ok": True}, "jobLeaseToken": "L"})]


def exits(event: dict[str, Any], context: Any) -> dict[str, Any]:
    sys.exit(3)


def answers(answer: Any) -> Handler:
    return lambda event, context: answer


NO_LIST = "the answer is no object with a list `outcomes`"


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (raises, "raised ValueError"),
        (exits, "raised SystemExit"),
        (answers({"outcomes": {1, 2}}), "raised TypeError"),
        (answers({"outcomes": [], "x": float("nan")}), "raised ValueError"),
        (answers(None), NO_LIST),
        (answers([]), NO_LIST),
        (answers({"outcomes": {}}), NO_LIST),
        (answers({"outcomes": [], "notStarted": "7"}), "`notStarted` is no list"),
        (answers({"outcomes": []}), "no outcome for this job"),
        (answers({"outcomes": [{"jobKey": "other", "command": "completion", "body": {}}]}), "no outcome for this job"),
        (answers({"outcomes": ["x", None]}), "no outcome for this job"),
        (lambda event, context: {"outcomes": outcomes(event)["outcomes"] * 2}, "several outcomes"),
        (lambda event, context: {**outcomes(event), "notStarted": [event["jobs"][0]["jobKey"]]}, "several outcomes"),
        (lambda event, context: outcomes(event, "complete"), "command is none of"),
        (lambda event, context: outcomes(event, body=[]), "body is no object"),
        (lambda event, context: outcomes(event, body={"variables": [1]}), "completion's variables is not usable"),
        (lambda event, context: outcomes(event, "failure", {"retries": -1}), "failure's retries is not usable"),
        (lambda event, context: outcomes(event, "failure", {"retries": True}), "failure's retries is not usable"),
        (lambda event, context: outcomes(event, "failure", {}), "failure has no retries"),
        (lambda event, context: outcomes(event, "error", {"errorMessage": "m"}), "error has no errorCode"),
        (lambda event, context: outcomes(event, "error", {"errorCode": 404}), "error's errorCode is not usable"),
    ],
)
def test_a_function_that_ran_and_died_costs_one_retry_and_is_named(
    engine: ScriptedEngine, handler: Handler, words: str
) -> None:
    [key] = engine.add("t")
    finished = run_one(engine, handler)
    [(job_key, command, body)] = engine.commands()
    assert (job_key, command, body["retries"], body["retryBackOff"]) == (key, "failure", 2, 5_000)
    assert body["errorMessage"].startswith("function fn ")
    assert words in body["errorMessage"]
    assert "hunter2" not in body["errorMessage"]
    assert finished.outcome == "failed"


def test_the_log_says_where_a_function_died_and_no_foreign_text(
    engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.add("t")
    run_one(engine, raises)
    assert "function fn raised ValueError (request inline-1):" in caplog.text
    assert "in raises" in caplog.text
    assert "ValueError: the password" not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_retries_never_fall_below_zero(engine: ScriptedEngine) -> None:
    engine.add("t", retries=0)
    run_one(engine, raises)
    assert engine.commands()[0][2]["retries"] == 0


class Refusing:
    """An invoker whose function never runs."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        raise self._error


def test_a_function_that_never_ran_costs_nothing(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", retries=1)
    finished = run_one(engine, None, invoker=Refusing(NeverRan("function fn is throttled")))
    message = "function fn is throttled; given back with its retries unchanged"
    assert engine.commands() == [(key, "failure", {"retries": 1, "errorMessage": message, "retryBackOff": 2_000})]
    assert finished.outcome == "given back"


def test_a_job_that_fits_into_no_invocation_fails_at_once(engine: ScriptedEngine) -> None:
    [key] = engine.add("t")
    run_one(engine, None, invoker=Refusing(InvocationTooLarge("too many variables")))
    assert engine.commands() == [
        (key, "failure", {"retries": 0, "errorMessage": "too many variables", "retryBackOff": 0})
    ]


def test_giving_back_a_job_without_retries_raises_no_incident(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", retries=0)
    run_one(engine, None, invoker=Refusing(NeverRan("throttled")))
    assert engine.commands() == [(key, "PATCH", {"changeset": {"timeout": 2_000}})]


def test_a_throttled_function_is_asked_for_less(engine: ScriptedEngine) -> None:
    seen = Seen()
    engine.add("t", 8)
    with polling(engine, None, seen, invoker=Refusing(NeverRan("throttled"))):
        seen.wait(8)
        before = len(engine.activations())
        engine.wait_for(lambda: len(engine.activations()) > before)
        assert engine.activations()[-1]["maxJobsToActivate"] < 8


def test_a_job_that_the_function_did_not_start_is_given_back(engine: ScriptedEngine) -> None:
    [key] = engine.add("t")
    run_one(engine, lambda event, context: {"outcomes": [], "notStarted": [job["jobKey"] for job in event["jobs"]]})
    [(job_key, command, body)] = engine.commands()
    assert (job_key, command, body["retries"], body["retryBackOff"]) == (key, "failure", 3, 2_000)


@pytest.mark.parametrize("invoker", [None, Refusing(FunctionMissing("access denied"))])
def test_a_type_without_its_function_is_not_asked_for_any_more(engine: ScriptedEngine, invoker: Any) -> None:
    engine.add("t")
    seen = Seen()
    with polling(engine, None, seen, invoker=invoker, slots_per_type=1) as poller:
        seen.wait(1)
        engine.add("t")
        assert poller.stop(WAIT_SECONDS) == 0
    assert [command for _, command, _ in engine.commands()] == ["failure"]
    assert len(engine.activations()) == 1


@pytest.mark.parametrize("status", [404, 409])
def test_a_command_that_comes_too_late_is_counted_and_no_error(engine: ScriptedEngine, status: int) -> None:
    engine.add("t")
    engine.refuse("completion", status)
    seen = Seen()
    with polling(engine, complete, seen) as poller:
        assert seen.wait(1)[0].result is Result.GONE
    assert poller.counts() == {"gone": 1}
    assert (poller.figures()["t"].completed, poller.figures()["t"].late) == (0, 1)
    assert len(engine.commands()) == 1


@pytest.mark.parametrize("status", [404, 409])
def test_a_gateway_that_finds_no_engine_does_not_mean_that_somebody_else_was_first(
    engine: ScriptedEngine, status: int
) -> None:
    [key] = engine.add("t")
    engine.behind_a_gateway = True
    engine.refuse("completion", status, status)
    finished = run_one(engine, complete, wait=lambda seconds: None)
    assert finished.result is Result.TAKEN
    assert engine.taken == [(key, "completion")]


def test_a_busy_engine_is_asked_again_with_growing_waits_until_it_takes_the_command(engine: ScriptedEngine) -> None:
    waits: list[float] = []
    engine.add("t")
    engine.refuse("completion", 503, 429, 504, 503)
    finished = run_one(engine, complete, wait=waits.append)
    assert (finished.outcome, finished.result) == ("completed", Result.TAKEN)
    assert waits == [0.05, 0.1, 0.2, 0.4]
    assert [command for _, command, _ in engine.commands()] == ["completion"] * 5


@pytest.mark.parametrize("command", ["completion", "failure"])
@pytest.mark.parametrize("status", [302, 401, 403, 408, 500, 501, 502])
def test_an_answer_that_says_nothing_of_the_command_is_waited_out(
    engine: ScriptedEngine, status: int, command: str
) -> None:
    [key] = engine.add("t")
    engine.refuse(command, status, 503, status)
    finished = run_one(engine, complete if command == "completion" else raises, wait=lambda seconds: None)
    assert finished.result is Result.TAKEN
    assert engine.taken == [(key, command)]
    assert [sent for _, sent, _ in engine.commands()] == [command] * 4


def test_a_command_is_given_up_when_the_lock_has_run_out(engine: ScriptedEngine) -> None:
    clock = ControlledClock()
    [key] = engine.add("t")
    engine.refuse("completion", *[503] * 100)
    engine.refuse(key, *[503] * 100)  # nor is the lock extended
    seen = Seen()
    with polling(engine, complete, seen, clock=clock, wait=lambda seconds: clock.advance(round(seconds * 1000))) as one:
        assert seen.wait(1)[0].result is Result.LOST
    assert clock.time_ms() < 50_000
    assert (one.figures()["t"].completed, one.figures()["t"].lost) == (0, 1)


def test_a_failure_is_not_sent_after_the_lock_since_another_may_have_the_job(engine: ScriptedEngine) -> None:
    clock = ControlledClock()

    def outlives(event: dict[str, Any], context: Any) -> dict[str, Any]:
        clock.advance(51_000)
        raise ValueError

    [key] = engine.add("t")
    engine.refuse(key, *[503] * 100)  # the lock is not extended
    assert run_one(engine, outlives, clock=clock).result is Result.LOST
    assert engine.taken == []


def test_a_completion_is_sent_even_after_the_lock(engine: ScriptedEngine) -> None:
    clock = ControlledClock()

    def outlives(event: dict[str, Any], context: Any) -> dict[str, Any]:
        clock.advance(51_000)
        return outcomes(event)

    [key] = engine.add("t")
    engine.refuse(key, *[503] * 100)
    assert run_one(engine, outlives, clock=clock).result is Result.TAKEN
    assert engine.taken == [(key, "completion")]


@pytest.mark.parametrize(
    ("command", "taken"), [("completion", ["completion"]), ("error", ["error"]), ("failure", []), ("nonsense", [])]
)
def test_a_function_that_ends_after_a_stop_in_vain_may_end_its_job_but_not_fail_it(
    engine: ScriptedEngine, command: str, taken: list[str]
) -> None:
    began, go = threading.Event(), threading.Event()

    def late(event: dict[str, Any], context: Any) -> dict[str, Any]:
        began.set()
        assert go.wait(WAIT_SECONDS)
        return outcomes(event, command, {"retries": 2, "errorCode": "E"})

    engine.add("t")
    seen = Seen()
    with polling(engine, late, seen) as poller:
        assert began.wait(WAIT_SECONDS)
        assert poller.stop(0.01) == 1
        go.set()
        seen.wait(1)
    assert [sent for _, sent in engine.taken] == taken


def test_jobs_come_again_after_the_engine_was_busy_and_the_log_says_so(
    engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.refuse("activation", 503, 429)
    engine.add("t", 3)
    seen = Seen()
    with caplog.at_level("INFO"), polling(engine, complete, seen):
        seen.wait(3)
    assert len(engine.commands()) == 3
    assert caplog.messages.count("the engine answers again: jobs of type t are taken") == 1


def test_the_log_says_once_that_an_outcome_waits_for_the_engine(
    engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    [key] = engine.add("t")
    engine.refuse("completion", 503, 503, 503)
    run_one(engine, complete, wait=lambda seconds: None)
    [said] = [one for one in caplog.messages if "completion" in one]
    assert said.startswith(f"job {key}: completion is sent again and again while its lock holds: the engine is busy")


def test_an_observer_that_raises_changes_nothing(engine: ScriptedEngine) -> None:
    def observer(finished: Finished) -> None:
        raise RuntimeError

    engine.add("t", 3)
    with polling(engine, complete, observer) as poller:
        engine.wait_for(lambda: len(engine.requests) >= 4)
        assert poller.stop(WAIT_SECONDS) == 0
    assert len(engine.commands()) == 3
