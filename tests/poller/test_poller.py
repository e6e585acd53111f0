"""Every job that the engine hands out ends in exactly one command, and each way of ending costs what it should."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient
from functions.runtime.poller.commands import Result
from functions.runtime.poller.finished import Finished, Observer
from functions.runtime.poller.invokers import FunctionMissing, NeverRan
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Handler, Registered
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine

COMPLETED = {"variables": {"ok": True}}


def outcomes(event: dict[str, Any], command: str = "completion", body: Any = COMPLETED) -> dict[str, Any]:
    """The answer of a function to all its jobs."""
    return {"outcomes": [{"jobKey": job["jobKey"], "command": command, "body": body} for job in event["jobs"]]}


def complete(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A function that completes every job."""
    return outcomes(event)


class Seen:
    """An observer that can be waited for."""

    def __init__(self) -> None:
        self.finished: list[Finished] = []
        self._changed = threading.Condition()

    def __call__(self, finished: Finished) -> None:
        with self._changed:
            self.finished.append(finished)
            self._changed.notify_all()

    def wait(self, count: int) -> list[Finished]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.finished) >= count, WAIT_SECONDS)
            return list(self.finished)


@contextmanager
def polling(
    engine: ScriptedEngine, handler: Handler | None, observer: Observer | None = None, **options: Any
) -> Iterator[Poller]:
    """A poller for type `t` with function `fn`."""
    connector = options.pop("connector", Registered("fn", ("t",)))
    invoker = options.pop("invoker", None) or Inline({"fn": handler} if handler else {})
    defaults: dict[str, Any] = {"request_timeout_ms": 20, "slots_per_type": 8, "random": lambda: 0.0}
    poller = Poller(EngineClient(engine.address), [connector], invoker, observer=observer, **{**defaults, **options})
    poller.start()
    try:
        yield poller
    finally:
        poller.stop(WAIT_SECONDS)


def run_one(engine: ScriptedEngine, handler: Handler | None, **options: Any) -> Finished:
    seen = Seen()
    with polling(engine, handler, seen, **options):
        return seen.wait(1)[0]


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


def raises(event: dict[str, Any], context: Any) -> dict[str, Any]:
    raise ValueError("the password is hunter2")


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


def test_retries_never_fall_below_zero(engine: ScriptedEngine) -> None:
    engine.add("t", retries=0)
    run_one(engine, raises)
    assert engine.commands()[0][2]["retries"] == 0


class Refusing:
    """An invoker whose function never runs."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def invoke(self, connector: Registered, invocation: dict[str, Any]) -> Any:
        raise self._error


def test_a_function_that_never_ran_costs_nothing(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", retries=1)
    finished = run_one(engine, None, invoker=Refusing(NeverRan("function fn is throttled")))
    message = "function fn is throttled; given back with its retries unchanged"
    assert engine.commands() == [(key, "failure", {"retries": 1, "errorMessage": message, "retryBackOff": 2_000})]
    assert finished.outcome == "given back"


def test_giving_back_a_job_without_retries_raises_no_incident(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", retries=0)
    run_one(engine, None, invoker=Refusing(NeverRan("throttled")))
    assert engine.commands() == [(key, "PATCH", {"changeset": {"timeout": 2_000}})]


def test_a_job_that_the_function_did_not_start_is_given_back_at_once(engine: ScriptedEngine) -> None:
    [key] = engine.add("t")
    run_one(engine, lambda event, context: {"outcomes": [], "notStarted": [job["jobKey"] for job in event["jobs"]]})
    [(job_key, command, body)] = engine.commands()
    assert (job_key, command, body["retries"], body["retryBackOff"]) == (key, "failure", 3, 0)


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
    assert poller.counts() == {"completed": 1, "gone": 1}
    assert len(engine.commands()) == 1


@pytest.mark.parametrize("status", [400, 413, 500])
def test_a_completion_that_the_engine_refuses_becomes_a_failure(engine: ScriptedEngine, status: int) -> None:
    engine.add("t")
    engine.refuse("completion", status)
    finished = run_one(engine, complete)
    assert [(command, body.get("retries")) for _, command, body in engine.commands()] == [
        ("completion", None),
        ("failure", 2),
    ]
    assert finished.message == "the engine refused the completion of function fn"


class Answering:
    """An invoker that passes an answer on as it is."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self._variables = variables

    def invoke(self, connector: Registered, invocation: dict[str, Any]) -> Any:
        return outcomes(invocation, body={"variables": self._variables})


def test_a_completion_that_json_cannot_say_becomes_a_failure(engine: ScriptedEngine) -> None:
    engine.add("t")
    finished = run_one(engine, None, invoker=Answering({"a": float("nan")}))
    assert [(command, body["retries"]) for _, command, body in engine.commands()] == [("failure", 2)]
    assert finished.message == "the engine refused the completion of function fn"


def test_half_a_surrogate_pair_becomes_a_question_mark(engine: ScriptedEngine) -> None:
    [key] = engine.add("t")
    run_one(engine, None, invoker=Answering({"a": "\ud83d", "b": "\U0001f600"}))
    assert engine.commands() == [(key, "completion", {"variables": {"a": "?", "b": "\U0001f600"}})]


def test_a_failure_that_the_engine_refuses_is_not_sent_in_circles(engine: ScriptedEngine) -> None:
    engine.add("t")
    engine.refuse("failure", 400)
    finished = run_one(engine, raises)
    assert finished.result is Result.REFUSED
    assert len(engine.commands()) == 1


def test_a_busy_engine_is_asked_again_with_growing_waits_until_it_takes_the_command(engine: ScriptedEngine) -> None:
    waits: list[float] = []
    engine.add("t")
    engine.refuse("completion", 503, 429, 504, 503)
    finished = run_one(engine, complete, wait=waits.append)
    assert (finished.outcome, finished.result) == ("completed", Result.TAKEN)
    assert waits == [0.05, 0.1, 0.2, 0.4]
    assert [command for _, command, _ in engine.commands()] == ["completion"] * 5


def test_a_command_is_given_up_when_the_lock_has_run_out(engine: ScriptedEngine) -> None:
    clock = ControlledClock()
    engine.add("t")
    engine.refuse("completion", *[503] * 100)
    finished = run_one(engine, complete, clock=clock, wait=lambda seconds: clock.advance(round(seconds * 1000)))
    assert finished.result is Result.LOST
    assert clock.time_ms() < 50_000


def test_jobs_come_again_after_the_engine_was_busy(engine: ScriptedEngine) -> None:
    engine.refuse("activation", 503, 429)
    engine.add("t", 3)
    seen = Seen()
    with polling(engine, complete, seen):
        seen.wait(3)
    assert len(engine.commands()) == 3


def test_an_observer_that_raises_changes_nothing(engine: ScriptedEngine) -> None:
    def observer(finished: Finished) -> None:
        raise RuntimeError

    engine.add("t", 3)
    with polling(engine, complete, observer) as poller:
        engine.wait_for(lambda: len(engine.requests) >= 4)
        assert poller.stop(WAIT_SECONDS) == 0
    assert len(engine.commands()) == 3


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
        observer=seen,
        slots_per_type=2,
        request_timeout_ms=100,
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
        request_timeout_ms=60_000,
    )
    left: list[int] = []
    running = threading.Thread(target=lambda: left.append(poller.run(until)))
    running.start()
    function.wait_started(1)
    engine.wait_for(lambda: len(engine.activations()) == 2)
    until.set()
    assert poller._stopping.wait(WAIT_SECONDS)
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


def test_a_stop_that_runs_out_of_time_says_how_many_jobs_it_left(
    engine: ScriptedEngine, gate: Callable[[int], Gate]
) -> None:
    function = gate(1)
    engine.add("t", 3, variables={"n": 0})
    with polling(engine, function) as poller:
        function.wait_started(3)
        assert poller.stop(0.2) == 3
        function.go[0].set()


def test_a_jobs_own_time_out_sets_its_lock_before_the_function_runs(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", customHeaders={"jobTimeout": " PT2M "})
    run_one(engine, complete)
    assert engine.commands() == [(key, "PATCH", {"changeset": {"timeout": 120_000}}), (key, "completion", COMPLETED)]


def test_the_rules_of_8_8_ignore_a_jobs_own_time_out(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", customHeaders={"jobTimeout": "nonsense"})
    run_one(engine, complete, compatibility=Compatibility.of("8.8"))
    assert engine.commands() == [(key, "completion", COMPLETED)]


@pytest.mark.parametrize("text", ["", "  ", None])
def test_a_blank_time_out_is_none(engine: ScriptedEngine, text: str | None) -> None:
    engine.add("t", customHeaders={"jobTimeout": text})
    run_one(engine, complete)
    assert [command for _, command, _ in engine.commands()] == ["completion"]


@pytest.mark.parametrize("text", ["soon", "P1M", "PT0S", "-PT1S", "PT9223372036854776S"])
def test_a_time_out_that_is_none_raises_an_incident_and_runs_nothing(engine: ScriptedEngine, text: str) -> None:
    [key] = engine.add("t", customHeaders={"jobTimeout": text})
    message = f"Failed to parse job timeout header. Expected ISO-8601 duration, e.g. PT5M, got: {text}"
    run_one(engine, raises)
    assert engine.commands() == [(key, "failure", {"retries": 0, "errorMessage": message, "retryBackOff": 0})]


def test_a_function_runs_although_a_busy_engine_did_not_take_the_time_out(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", customHeaders={"jobTimeout": "PT2M"})
    engine.refuse(key, 503)
    assert run_one(engine, complete).outcome == "completed"


@pytest.mark.parametrize(("status", "commands"), [(404, ["PATCH"]), (400, ["PATCH", "failure"])])
def test_a_function_does_not_run_when_the_engine_refuses_the_time_out(
    engine: ScriptedEngine, status: int, commands: list[str]
) -> None:
    [key] = engine.add("t", customHeaders={"jobTimeout": "PT2M"})
    engine.refuse(key, status)
    assert run_one(engine, raises).outcome == "given back"
    assert [command for _, command, _ in engine.commands()] == commands
