"""The real engine is killed (-9) amid the jobs and started again on its data: what becomes of them is counted."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient
from devkit.testing.zeebe import READY_SECONDS, RunningZeebe, zeebe
from functions.runtime.poller.commands import Result
from functions.runtime.poller.finished import Finished
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.leases import lock_seconds
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Registered
from tests.real_engine import processes

JOBS, BEFORE, SLOTS = 120, 30, 40
"""So that the engine dies with jobs of all kinds: done, running, and not yet asked for."""
FUNCTION_SECONDS = 2.0 * READY_SECONDS
"""A job's lock is longer than the engine needs to start again."""


@pytest.fixture(scope="module")
def engine(real_engines_run: None) -> Iterator[RunningZeebe]:
    """One of its own: after a restart an engine's clock goes back, which the tests of others would not stand."""
    with zeebe() as running:
        yield running


class Function:
    """It counts how often it has run each job; after a quarter of them it goes on only when the engine is dead."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.changed = threading.Condition()
        self.dead = threading.Event()

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        keys = [job["jobKey"] for job in event["jobs"]]
        with self.changed:
            self.runs.update(keys)
            self.changed.notify_all()
            early = self.runs.total() <= BEFORE
        assert early or self.dead.wait(READY_SECONDS)
        return {"outcomes": [{"jobKey": key, "command": "completion", "body": {}} for key in keys]}


def reached(client: EngineClient, job_type: str) -> Counter[str]:
    """By instance, how many jobs of the type there are: one, if the task before was completed once."""
    found: Counter[str] = Counter()
    while jobs := client.activate_jobs(
        job_type, max_jobs=1_000, timeout_ms=3_600_000, worker="count", request_timeout_ms=-1
    ):
        found.update(job.process_instance_key for job in jobs)
    return found


@pytest.mark.timeout(4 * READY_SECONDS + FUNCTION_SECONDS)
@pytest.mark.parametrize(("repeat", "batch_size"), [("unsafe", 1), ("safe", 10)])
def test_a_real_engine_that_is_killed_amid_the_jobs_ends_each_once(
    engine: RunningZeebe, repeat: Literal["safe", "unsafe"], batch_size: int
) -> None:
    client, name = EngineClient(engine.address), f"n{uuid.uuid4().hex[:12]}"
    client.deploy([(f"{name}.bpmn", processes.chain(name, name, f"{name}-next"))])
    created = {client.create_instance(process_definition_id=name).process_instance_key for _ in range(JOBS)}
    function, ended = Function(), list[Finished]()
    connector = Registered("fn", (name,), timeout_seconds=FUNCTION_SECONDS, repeat=repeat)
    options = Options(
        Compatibility.of("8.10"), None, request_timeout_ms=500, slots_per_type=SLOTS, batch_size=batch_size
    )
    poller = Poller(client, [connector], Inline({"fn": function}), options, observer=ended.append)
    poller.start()
    with function.changed:
        assert function.changed.wait_for(lambda: function.runs.total() > BEFORE, READY_SECONDS)
    engine.program.kill()
    function.dead.set()
    engine.program.start()
    pause = threading.Event()
    while len(ended) < JOBS:
        if function.runs.total() == len(ended):  # the rest was handed out and nobody heard of it: the locks run out
            engine.advance_clock(round(lock_seconds(FUNCTION_SECONDS) * 1000))
        pause.wait(1)
    assert poller.stop(READY_SECONDS) == 0

    done = Counter(one.job.process_instance_key for one in ended if one.result in (Result.TAKEN, Result.GONE))
    lost, doubled = created - set(done), done - Counter(created)
    assert (lost, doubled) == (set(), Counter())
    assert reached(client, f"{name}-next") == Counter(created)
    assert Counter(one.outcome for one in ended) == {"completed": JOBS}
    assert set(function.runs.values()) == {1}  # no lock ran out while its function ran, so nothing is done twice
