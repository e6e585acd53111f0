"""The header `jobTimeout`."""

from __future__ import annotations

from typing import Any

import pytest

from connector_sdk.compatibility import Compatibility
from functions.runtime.poller.commands import Result
from tests.poller.running import COMPLETED, complete, raises, run_one
from tests.poller.scripted_engine import ScriptedEngine


def test_a_jobs_own_time_out_sets_its_lock_before_the_function_runs(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", customHeaders={"jobTimeout": " PT2M "}, jobLeaseToken="L")
    run_one(engine, complete)
    assert engine.commands() == [
        (key, "PATCH", {"changeset": {"timeout": 120_000}, "jobLeaseToken": "L"}),
        (key, "completion", {**COMPLETED, "jobLeaseToken": "L"}),
    ]


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


def test_a_job_that_is_gone_when_its_time_out_is_set_is_not_run(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", customHeaders={"jobTimeout": "PT2M"})
    engine.refuse(key, 404)
    assert run_one(engine, raises).result is Result.GONE
    assert [command for _, command, _ in engine.commands()] == ["PATCH"]


@pytest.mark.parametrize("status", [400, 403])
def test_a_time_out_that_the_engine_never_takes_raises_an_incident_with_its_words(
    engine: ScriptedEngine, status: int
) -> None:
    [key] = engine.add("t", customHeaders={"jobTimeout": "PT2M"})
    engine.refuse(key, status)
    message = f"the engine refused PATCH /jobs/{key}: {status} SCRIPTED: as told"
    run_one(engine, raises)
    assert engine.commands()[1:] == [(key, "failure", {"retries": 0, "errorMessage": message, "retryBackOff": 0})]


@pytest.mark.parametrize("status", [401, 403, 404, 502])
def test_a_time_out_that_a_gateway_refuses_is_tried_again_later_and_nothing_is_run(
    engine: ScriptedEngine, status: int
) -> None:
    engine.behind_a_gateway = True
    [key] = engine.add("t", customHeaders={"jobTimeout": "PT2M"})
    engine.refuse(key, status)
    assert run_one(engine, raises).outcome == "given back"
    assert [(command, body.get("retries")) for _, command, body in engine.commands()] == [
        ("PATCH", None),
        ("failure", 3),
    ]


def test_a_job_that_outlives_its_own_time_out_runs_once(engine: ScriptedEngine) -> None:
    """The engine hands it out again when its lock has run out, to the poller in which it still runs."""
    runs: list[str] = []

    def slow(event: dict[str, Any], context: Any) -> dict[str, Any]:
        [job] = event["jobs"]
        runs.append(job["jobKey"])
        if len(runs) == 1:
            engine.offer_again("t", key)
            asked = len(engine.activations())
            engine.wait_for(lambda: len(engine.activations()) >= asked + 3)
        return complete(event, context)

    [key] = engine.add("t", customHeaders={"jobTimeout": "PT2S"})
    assert run_one(engine, slow).outcome == "completed"
    assert (runs, engine.completions()) == ([key], {key: 1})
