"""The poller against both engines."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connector_sdk.engine_client import EngineClient
from functions.runtime.poller.finished import Finished, Observer
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Handler, Registered
from tests.real_engine import processes
from tests.real_engine.conftest import AnyEngine

WAIT_SECONDS = 30
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
        observer=observer,
        request_timeout_ms=500,
        tenant_ids=["<default>"],
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
