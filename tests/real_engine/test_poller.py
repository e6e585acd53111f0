"""The poller against both engines."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient
from connector_sdk.job import Job
from functions.runtime.poller.finished import Finished, Observer
from functions.runtime.poller.invokers import Arriving, NeverRan
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.leases import Leases
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Handler, Registered
from functions.runtime.poller.spelled_secrets import SpelledSecrets
from tests.real_engine import processes
from tests.real_engine.conftest import AnyEngine

WAIT_SECONDS = 60
BACKLOG = 400


@pytest.fixture
def engine(any_engine: AnyEngine) -> EngineClient:
    return EngineClient(any_engine.address)


@pytest.fixture
def name(engine: EngineClient) -> str:
    """A process with one task, deployed; its id and its task's type are the name."""
    name = f"n{uuid.uuid4().hex[:12]}"
    engine.deploy([(f"{name}.bpmn", processes.task(name, name))])
    return name


@contextmanager
def polling(
    engine: EngineClient, job_type: str, handler: Handler, observer: Observer | None = None
) -> Iterator[Poller]:
    poller = Poller(
        engine,
        [Registered("fn", (job_type,))],
        Inline({"fn": handler}),
        Options(Compatibility.of("8.10"), None, request_timeout_ms=500, tenant_ids=("<default>",)),
        observer=observer,
    )
    poller.start()
    try:
        yield poller
    finally:
        assert poller.stop(WAIT_SECONDS) == 0


def answer(event: dict[str, Any], command: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"outcomes": [{"jobKey": job["jobKey"], "command": command, "body": body} for job in event["jobs"]]}


def test_a_completed_jobs_variables_reach_the_instance(engine: EngineClient, name: str) -> None:
    def greet(event: dict[str, Any], context: Any) -> dict[str, Any]:
        [job] = event["jobs"]
        assert job["customHeaders"] == {"resultVariable": "answer"}
        return answer(event, "completion", {"variables": {"answer": f"hello {job['variables']['who']}"}})

    with polling(engine, name, greet):
        ended = engine.create_instance(process_definition_id=name, variables={"who": "Bo"}, await_completion=True)
    assert ended.variables == {"who": "Bo", "answer": "hello Bo"}


def test_a_thrown_error_takes_the_boundary_path(engine: EngineClient, name: str) -> None:
    def unknown(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return answer(event, "error", {"errorCode": "NO_CITY", "variables": {"reason": "unknown"}})

    with polling(engine, name, unknown):
        ended = engine.create_instance(process_definition_id=name, await_completion=True)
    assert ended.variables == {"reason": "unknown"}


def test_a_function_that_dies_is_tried_again_with_one_retry_less(
    engine: EngineClient, name: str, any_engine: AnyEngine
) -> None:
    retries: list[int] = []
    died = threading.Event()

    def dies_once(event: dict[str, Any], context: Any) -> dict[str, Any]:
        retries.append(event["jobs"][0]["retries"])
        if len(retries) == 1:
            raise KeyError
        return answer(event, "completion", {})

    def observer(finished: Finished) -> None:
        died.set()

    with polling(engine, name, dies_once, observer):
        creating = threading.Thread(
            target=engine.create_instance, kwargs={"process_definition_id": name, "await_completion": True}
        )
        creating.start()
        assert died.wait(WAIT_SECONDS)
        any_engine.advance_clock(6_000)
        creating.join(WAIT_SECONDS)
    assert retries == [3, 2]


def test_a_backlog_is_completed_without_a_lost_or_doubled_command(engine: EngineClient, name: str) -> None:
    created = {engine.create_instance(process_definition_id=name).process_instance_key for _ in range(BACKLOG)}
    seen: list[str] = []
    done = threading.Event()

    def observer(finished: Finished) -> None:
        seen.append(finished.job.process_instance_key)
        if len(seen) == BACKLOG:
            done.set()

    with polling(engine, name, lambda event, context: answer(event, "completion", {}), observer) as poller:
        assert done.wait(WAIT_SECONDS)
    assert poller.counts() == {"completed": BACKLOG}
    assert (len(seen), set(seen)) == (BACKLOG, created)
    assert engine.activate_jobs(name, max_jobs=1, timeout_ms=1000, worker="w", request_timeout_ms=-1) == []


def test_two_pollers_side_by_side_never_run_a_job_twice(engine: EngineClient, name: str) -> None:
    for _ in range(BACKLOG // 4):
        engine.create_instance(process_definition_id=name)
    keys: list[str] = []
    done = threading.Event()

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        keys.extend(job["jobKey"] for job in event["jobs"])
        return answer(event, "completion", {})

    def observer(finished: Finished) -> None:
        if len(keys) >= BACKLOG // 4:
            done.set()

    with polling(engine, name, handler, observer) as one, polling(engine, name, handler, observer) as other:
        assert done.wait(WAIT_SECONDS)
    assert len(set(keys)) == len(keys) == BACKLOG // 4
    assert one.counts().get("completed", 0) + other.counts().get("completed", 0) == BACKLOG // 4


def test_a_job_that_runs_longer_than_its_lock_is_not_handed_out_again(
    engine: EngineClient, name: str, any_engine: AnyEngine
) -> None:
    engine.create_instance(process_definition_id=name)

    def activate() -> list[Job]:
        return engine.activate_jobs(name, max_jobs=1, timeout_ms=20_000, worker="w", request_timeout_ms=-1)

    clock = ControlledClock()
    leases = Leases(engine, clock)
    [job] = activate()
    leases.begin(job, seconds=20, since=0)
    for _ in range(3):
        clock.advance(10_000)
        leases.extend_due()
        any_engine.advance_clock(15_000)
        assert activate() == []
    any_engine.advance_clock(20_000)
    eventually = engine.activate_jobs(name, max_jobs=1, timeout_ms=20_000, worker="w", request_timeout_ms=10_000)
    assert [again.key for again in eventually] == [job.key]


def test_a_function_that_never_runs_costs_no_retry(engine: EngineClient, name: str, any_engine: AnyEngine) -> None:
    given_back = threading.Event()

    class Throttled:
        def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
            raise NeverRan("function fn is throttled")

    def observer(finished: Finished) -> None:
        given_back.set()

    engine.create_instance(process_definition_id=name)
    options = Options(Compatibility.of("8.10"), None, request_timeout_ms=500)
    poller = Poller(engine, [Registered("fn", (name,))], Throttled(), options, observer=observer)
    poller.start()
    assert given_back.wait(WAIT_SECONDS)
    assert poller.stop(WAIT_SECONDS) == 0
    any_engine.advance_clock(3_000)
    [job] = engine.activate_jobs(name, max_jobs=1, timeout_ms=20_000, worker="w", request_timeout_ms=10_000)
    assert job.retries == 3


def test_an_engine_without_definitions_to_read_leaves_any_secret_to_a_job(
    engine: EngineClient, name: str, any_engine: AnyEngine
) -> None:
    engine.create_instance(process_definition_id=name)
    [job] = engine.activate_jobs(name, max_jobs=1, timeout_ms=20_000, worker="w", request_timeout_ms=10_000)

    spelled = SpelledSecrets(lambda: engine, Compatibility.of("8.10"))

    assert spelled(job) == {"development": [], "real": None}[any_engine.name]
