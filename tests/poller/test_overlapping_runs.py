"""Runs of the deployed poller overlap: a call begun at any moment of one ends in exactly one completion.

The clock is simulated: runs begin every 5 minutes of it, and Lambda would end each after 15.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.clock import ControlledClock, SystemClock
from connector_sdk.engine_client import EngineClient
from devkit.engine import server
from functions.runtime.poller import app
from tests.poller.running import outcomes
from tests.poller.scripted_engine import WAIT_SECONDS
from tests.real_engine import processes

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:shop-fn"
ENTRY = {"function": ARN, "types": ["t"], "timeout": 420}
PARAMETER = {"Name": "/shop/connectors/fn", "Value": json.dumps(ENTRY)}
RUN_EVERY_MS, TAKES_MS, LAMBDA_MS = 300_000, 370_000, 900_000
CALL_MS = 420_000
STEP_MS = 10_000
RUNS = 3
"""The third one begins before a call that began in the first can end."""


class Simulated(ControlledClock):
    """It tells when a run has begun to take jobs."""

    def __init__(self) -> None:
        super().__init__(SystemClock().time_ms())
        self.taking = threading.Semaphore(0)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        end = self.monotonic() + seconds
        if seconds == TAKES_MS / 1000:
            self.taking.release()
        return super().wait(event, end - self.monotonic())


class Run:
    """One run of the Lambda function, and its context."""

    def __init__(self, clock: Simulated) -> None:
        self._clock = clock
        self.begin_ms = clock.time_ms()
        self.done: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert clock.taking.acquire(timeout=WAIT_SECONDS)

    def get_remaining_time_in_millis(self) -> int:
        return self.begin_ms + LAMBDA_MS - self._clock.time_ms()

    def _run(self) -> None:
        done = app.handler({}, self)
        if self.get_remaining_time_in_millis() > 0:  # otherwise Lambda would have ended it
            self.done = done

    def is_over(self) -> None:
        self._thread.join(WAIT_SECONDS)
        assert self.done


class Stage:
    """The development engine, and an account with one function, whose calls take seven minutes."""

    def __init__(self, clock: Simulated, engine: EngineClient, aws: HTTPServer) -> None:
        self.clock, self.engine = clock, engine
        self.calls = threading.Semaphore(0)
        aws.expect_request("/").respond_with_json({"Parameters": [PARAMETER]})
        aws.expect_request(f"/2015-03-31/functions/{ARN}/invocations").respond_with_handler(self._call)
        self.begin_ms = 0
        self.runs: list[Run] = []

    def begin(self) -> None:
        """The first run begins now."""
        self.begin_ms, self.runs = self.clock.time_ms(), []
        self.at(0)

    def at(self, now_ms: int) -> None:
        """Go to that moment after the beginning, in steps."""
        self._look()
        while (since := self.clock.time_ms() - self.begin_ms) < now_ms:
            self.clock.advance(min(STEP_MS - since % STEP_MS, now_ms - since))
            self._look()

    def call_ended(self) -> None:
        """Wait until the engine has heard of it."""
        until, pause = SystemClock().monotonic() + WAIT_SECONDS, threading.Event()
        while self._jobs():
            assert SystemClock().monotonic() < until
            pause.wait(0.01)

    def _look(self) -> None:
        """A run begins when it is due, those that should be over are, and a job that runs is locked."""
        now_ms = self.clock.time_ms()
        if len(self.runs) < RUNS and now_ms - self.begin_ms >= len(self.runs) * RUN_EVERY_MS:
            self.runs.append(Run(self.clock))
        jobs = self._jobs()
        assert all(job["deadline"] for job in jobs)
        for run in () if jobs else self.runs:
            if now_ms - run.begin_ms >= TAKES_MS:
                run.is_over()

    def _jobs(self) -> list[dict[str, Any]]:
        return self.engine.search("jobs", {"state": "CREATED"})

    def _call(self, request: Request) -> Response:
        end = self.clock.monotonic() + CALL_MS / 1000
        self.calls.release()
        self.clock.wait(threading.Event(), end - self.clock.monotonic())
        return Response(json.dumps(outcomes(json.loads(request.data))))


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    clock = Simulated()
    with (
        server.start(clock=clock) as engine,
        HTTPServer(threaded=True) as aws,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in {
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": aws.url_for(""),
            "CAMUNDA_REST_ADDRESS": engine.address,
            "CAMUNDA_AUTH_STRATEGY": "NONE",
            "CONNECTORS_STACK": "shop",
            "CONNECTORS_POLLER_MODE": "always",
        }.items():
            patch.setenv(name, value)
        patch.setattr(app, "SystemClock", lambda: clock)
        patch.setattr(app, "WINDOWS", {"always": replace(app.WINDOWS["always"], request_timeout_ms=50)})
        app.engine.cache_clear()
        app.spelled_secrets.cache_clear()
        client = EngineClient(engine.address)
        client.deploy([("t.bpmn", processes.task("t", "t"))])
        yield Stage(clock, client, aws)
    app.engine.cache_clear()
    app.spelled_secrets.cache_clear()


@given(begin_ms=st.integers(0, TAKES_MS))
@example(0)
@example(RUN_EVERY_MS)
@example(TAKES_MS - 1)
@example(TAKES_MS)
@settings(max_examples=6)
def test_a_call_of_seven_minutes_ends_in_one_completion_whenever_it_begins(stage: Stage, begin_ms: int) -> None:
    stage.begin()
    stage.at(begin_ms)
    instance = stage.engine.create_instance(process_definition_id="t").process_instance_key
    assert stage.calls.acquire(timeout=WAIT_SECONDS)
    stage.at(begin_ms + CALL_MS)
    stage.call_ended()
    stage.at((RUNS - 1) * RUN_EVERY_MS + TAKES_MS)

    assert [run.done["left"] for run in stage.runs] == [0] * RUNS
    assert sum((Counter(run.done["counts"]) for run in stage.runs), Counter()) == {"completed": 1}
    assert not stage.calls.acquire(blocking=False)  # it was called once
    [ended] = stage.engine.search("process-instances", {"processInstanceKey": instance})
    assert ended["state"] == "COMPLETED"
