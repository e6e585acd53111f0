"""Whatever dies while jobs run, no command is lost or doubled; what is done twice is only what nobody can know.

Jobs are counted three times: instances that ended at the engine, commands that it took, and runs of the function.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.clock import ControlledClock, SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.job import Job
from connector_sdk.settings import Settings
from devkit.engine import server
from devkit.engine.server import RunningEngine
from devkit.testing.command_line import connectors
from functions.runtime.poller.commands import Result
from functions.runtime.poller.invokers.aws_lambda import AwsLambda
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.leases import Leases
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Registered
from functions.runtime.poller.reports import NEVER_RAN_DELAY_MS
from tests.engine_client.as_saas import as_saas
from tests.poller.running import QUICKLY, Seen, outcomes, polling
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine
from tests.poller.test_process_host import process
from tests.real_engine import processes

JOBS = 60
HOUR_MS = 3_600_000
AWS = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Counted:
    """A function that counts its runs, by job, and tells of each."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.began = threading.Semaphore(0)
        self._lock = threading.Lock()

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        with self._lock:
            self.runs.update(job["jobKey"] for job in event["jobs"])
        self.began.release()
        return outcomes(event)


def deploy(engine: EngineClient, job_type: str = "t", count: int = 1) -> None:
    engine.deploy([("t.bpmn", processes.task("t", job_type))])
    for _ in range(count):
        engine.create_instance(process_definition_id="t")


def states(engine: EngineClient) -> Counter[str]:
    return Counter(found["state"] for found in engine.search("process-instances"))


@pytest.fixture
def clock() -> ControlledClock:
    return ControlledClock(SystemClock().time_ms())


@pytest.fixture
def development(clock: ControlledClock) -> Iterator[RunningEngine]:
    """The development engine on a clock of the test's."""
    with server.start(clock=clock) as running:
        yield running


def test_an_engine_that_is_killed_and_started_again_amid_the_jobs_ends_each_once(tmp_path: Path) -> None:
    arguments = ("engine", "--json", "--data", str(tmp_path / "state"), "--port")
    function, seen = Counted(), Seen()
    with connectors(*arguments, "0") as first:
        engine = EngineClient(first.event("ready")["address"])
        deploy(engine, count=JOBS)
        poller = Poller(engine, [Registered("fn", ("t",))], Inline({"fn": function}), Options(**QUICKLY), observer=seen)
        poller.start()
        for _ in range(JOBS // 3):
            assert function.began.acquire(timeout=WAIT_SECONDS)
        first.stop(signal.SIGKILL)
    with connectors(*arguments, engine.address.rpartition(":")[2]) as second:
        second.event("ready")
        time_ms, pause = SystemClock().time_ms(), threading.Event()
        while states(engine)["COMPLETED"] < JOBS:
            if function.runs.total() == len(seen.finished):  # what is left was handed out and nobody heard of it
                time_ms += 1_000
                engine.set_clock(time_ms)
            pause.wait(0.02)
        assert poller.stop(WAIT_SECONDS) == 0
        assert states(engine) == {"COMPLETED": JOBS}
    taken = Counter(one.job.key for one in seen.finished if one.result in (Result.TAKEN, Result.GONE))
    assert (JOBS - len(taken), sum(taken.values()) - JOBS) == (0, 0)
    assert set(function.runs.values()) == {1}
    counts = Counter(poller.counts())
    assert counts["completed"] + counts["gone"] == JOBS


def test_a_poller_that_is_killed_between_invoking_and_completing_leaves_its_job_to_the_next(
    development: RunningEngine, clock: ControlledClock, httpserver: HTTPServer
) -> None:
    calls: list[int] = []
    pids: list[int] = []

    def kill(request: Request) -> Response:
        calls.append(1)
        if len(calls) == 1:
            os.kill(pids[0], signal.SIGKILL)
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/effect").respond_with_handler(kill)
    engine = EngineClient(development.address)
    deploy(engine, "io.camunda:http-json:1", count=0)
    variables = {"CAMUNDA_REST_ADDRESS": engine.address, "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.0/8,::1"}
    with process(variables, "http-json") as first:
        pids.append(first.pid)
        call = {"method": "GET", "url": httpserver.url_for("/effect")}
        engine.create_instance(process_definition_id="t", variables=call)
        assert first.wait(WAIT_SECONDS) == -signal.SIGKILL
    assert states(engine) == {"ACTIVE": 1}
    clock.advance(HOUR_MS)  # the lock runs out
    with process(variables, "http-json"):
        pause = threading.Event()
        while states(engine)["COMPLETED"] < 1:
            pause.wait(0.05)
    assert states(engine) == {"COMPLETED": 1}
    assert len(calls) == 2  # at least once: nobody can know that the first call was made


def test_a_minute_of_429_from_lambda_burns_no_retry_and_loses_and_doubles_nothing(
    development: RunningEngine, clock: ControlledClock, httpserver: HTTPServer
) -> None:
    """The engine's time moves only when every job is back there: each is offered again after exactly 2 s."""
    begin, jobs = clock.time_ms(), 5
    asked: list[int] = []

    def invoke(request: Request) -> Response:
        event = json.loads(request.data)
        asked.extend(job["retries"] for job in event["jobs"])
        if clock.time_ms() < begin + 60_000:
            return Response("{}", 429, headers={"x-amzn-errortype": "TooManyRequestsException"})
        return Response(json.dumps(outcomes(event)))

    httpserver.expect_request("/2015-03-31/functions/fn/invocations").respond_with_handler(invoke)
    engine, seen = EngineClient(development.address), Seen()
    deploy(engine, count=jobs)
    lambda_ = AwsLambda(Settings.read({**AWS, "AWS_ENDPOINT_URL": httpserver.url_for("")}))
    poller = Poller(engine, [Registered("fn", ("t",))], lambda_, Options(**QUICKLY), observer=seen)
    poller.start()
    for offers in range(1, 31):
        seen.wait(jobs * offers)
        clock.advance(NEVER_RAN_DELAY_MS)
    seen.wait(jobs * 31)
    assert poller.stop(WAIT_SECONDS) == 0
    assert states(engine) == {"COMPLETED": jobs}
    assert poller.counts() == {"given back": 150, "completed": jobs}
    assert asked == [3] * 155


def test_a_storm_of_503_loses_and_doubles_nothing(engine: ScriptedEngine) -> None:
    function, seen = Counted(), Seen()
    engine.refuse("activation", *[503] * 4)
    engine.refuse("completion", *[503, 429, 504] * 40)
    keys = engine.add("t", JOBS)
    with polling(engine, function, seen, wait=lambda seconds: None):
        seen.wait(JOBS)
    assert engine.completions() == dict.fromkeys(keys, 1)
    assert function.runs == dict.fromkeys(keys, 1)
    assert {command for _, command in engine.taken} == {"completion"}


def test_behind_a_login_below_a_path_with_429s_each_job_is_done_once(httpserver: HTTPServer) -> None:
    function, seen = Counted(), Seen()
    with as_saas(httpserver) as cluster:
        deploy(cluster.client, count=JOBS)
        cluster.refuses = lambda number: number % 3 == 0
        fn, functions = Registered("fn", ("t",)), Inline({"fn": function})
        poller = Poller(cluster.client, [fn], functions, Options(**QUICKLY), observer=seen, wait=lambda seconds: None)
        poller.start()
        seen.wait(JOBS)
        assert poller.stop(WAIT_SECONDS) == 0
        cluster.refuses = lambda number: False
        assert states(cluster.client) == {"COMPLETED": JOBS}
    assert (poller.counts(), set(function.runs.values())) == ({"completed": JOBS}, {1})
    assert cluster.asked["POST /jobs/…/completion"] == JOBS * 3 // 2  # each third one was refused


def test_an_engine_whose_clock_jumps_ends_a_running_job_once(
    development: RunningEngine, clock: ControlledClock
) -> None:
    """Its lock has run out by the jump, so that it is handed out again, to the poller in which it still runs."""
    began, go, handed, asked = (threading.Semaphore(0), threading.Event(), threading.Semaphore(0), threading.Event())

    class Noting(EngineClient):
        def activate_jobs(self, *arguments: Any, **options: Any) -> list[Job]:
            asked.set()
            jobs = super().activate_jobs(*arguments, **options)
            for _ in jobs:
                handed.release()
            return jobs

    engine = Noting(development.address)

    def waits(event: dict[str, Any], context: Any) -> dict[str, Any]:
        began.release()
        assert go.wait(WAIT_SECONDS)
        return outcomes(event)

    seen = Seen()
    poller = Poller(engine, [Registered("fn", ("t",))], Inline({"fn": waits}), Options(**QUICKLY), observer=seen)
    deploy(engine)
    poller.start()
    assert began.acquire(timeout=WAIT_SECONDS)
    assert handed.acquire(timeout=WAIT_SECONDS)
    clock.advance(HOUR_MS)
    assert handed.acquire(timeout=WAIT_SECONDS)
    asked.clear()
    assert asked.wait(WAIT_SECONDS)
    go.set()
    assert [one.result.value for one in seen.wait(1)] == ["taken"]
    assert poller.stop(WAIT_SECONDS) == 0
    assert not began.acquire(blocking=False)
    assert states(engine) == {"COMPLETED": 1}


def test_a_poller_whose_own_clock_jumps_keeps_its_locks(engine: ScriptedEngine) -> None:
    """A container that was frozen: the first thing it does is to extend the locks of what it runs."""
    clock = ControlledClock()
    leases = Leases(EngineClient(engine.address), clock)
    lease = leases.begin(Job("7", "t"), seconds=50, since=0)
    clock.advance(HOUR_MS)
    leases.extend_due()
    assert engine.commands() == [("7", "PATCH", {"changeset": {"timeout": 50_000}})]
    assert lease.until == 3_650


def test_sigterm_under_load_finishes_what_runs_and_leaves_the_rest_to_the_next(
    engine: ScriptedEngine, httpserver: HTTPServer
) -> None:
    calls: Counter[str] = Counter()
    busy = threading.Semaphore(0)

    def effect(request: Request) -> Response:
        calls[request.args["job"]] += 1
        busy.release()
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/effect").respond_with_handler(effect)
    engine.again = True
    engine.close()  # it answers polls at once
    for number in range(JOBS):
        url = httpserver.url_for(f"/effect?job={number}")
        engine.add("io.camunda:http-json:1", variables={"method": "GET", "url": url})
    variables = {"CAMUNDA_REST_ADDRESS": engine.address, "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.0/8,::1"}
    with process(variables, "http-json") as first:
        assert busy.acquire(timeout=WAIT_SECONDS)
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=WAIT_SECONDS)
    assert first.returncode == 0
    with process(variables, "http-json") as second:
        engine.wait_for(lambda: len(engine.completions()) == JOBS)
        second.send_signal(signal.SIGTERM)
        second.communicate(timeout=WAIT_SECONDS)
    assert set(engine.completions().values()) == {1}
    assert calls == {str(number): 1 for number in range(JOBS)}
