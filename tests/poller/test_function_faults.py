"""A function that dies or talks nonsense: how many commands are lost or doubled (none), and what is done twice.

The functions are processes behind Lambda's Invoke API. The first that finds the fault to commit commits it; the engine
offers every job again that failed with retries left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from connector_sdk.settings import Settings
from devkit.host import FunctionHost, HostedFunction, serve
from functions.runtime.poller.invokers.aws_lambda import AwsLambda
from functions.runtime.poller.registry import Registered
from tests.poller.running import polling
from tests.poller.scripted_engine import ScriptedEngine

FUNCTION = """
import os, resource, signal, time
from pathlib import Path

def handler(event, context):
    jobs = event["jobs"]
    with open("effects", "a") as file:
        file.writelines(job["jobKey"] + "\\n" for job in jobs)
    try:
        Path("fault").rename("committed")
    except FileNotFoundError:
        fault = ""
    else:
        fault = Path("committed").read_text()
    if fault == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "out of memory":
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        bytearray(1 << 31)
    if fault == "timed out":
        time.sleep(60)
    if fault == "garbage":
        return ["no answer of ours"]
    if fault == "half":
        jobs = jobs[:len(jobs) // 2]
    return {"outcomes": [{"jobKey": job["jobKey"], "command": "completion", "body": {}} for job in jobs]}
"""
FAULTS = ("killed", "out of memory", "timed out", "garbage", "half")
JOBS = 12
TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True)
class Lambda:
    """The function's folder, and its Invoke API."""

    folder: Path
    invoker: AwsLambda

    def effects(self) -> Counter[str]:
        return Counter((self.folder / "effects").read_text().split())


@pytest.fixture
def lambda_(tmp_path: Path) -> Iterator[Lambda]:
    (tmp_path / "faulty.py").write_text(FUNCTION)
    function = HostedFunction("fn", "outbound", "faulty.handler", tmp_path, timeout_seconds=TIMEOUT_SECONDS)
    with FunctionHost({"fn": function}, most_environments=2) as host, serve(host) as api:
        keys = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        yield Lambda(tmp_path, AwsLambda(Settings.read({**keys, "AWS_ENDPOINT_URL": api.address})))


def run(engine: ScriptedEngine, lambda_: Lambda, fault: str, repeat: Literal["safe", "unsafe"]) -> list[str]:
    (lambda_.folder / "fault").write_text(fault)
    engine.again = True
    keys = engine.add("t", JOBS)
    connector = Registered("fn", ("t",), timeout_seconds=TIMEOUT_SECONDS, repeat=repeat)
    with polling(engine, None, invoker=lambda_.invoker, connector=connector, batch_size=4, slots_per_type=JOBS):
        engine.wait_for(lambda: len(engine.completions()) == JOBS)
    return keys


def lost_and_doubled(engine: ScriptedEngine, keys: list[str]) -> tuple[int, int]:
    completions = engine.completions()
    return len(set(keys) - set(completions)), sum(count - 1 for count in completions.values())


def burnt_retries(engine: ScriptedEngine) -> int:
    return sum(
        1 for _, path, body in engine.requests if path.endswith("/failure") and "given back" not in body["errorMessage"]
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_function_that_dies_costs_its_job_a_retry_and_loses_and_doubles_no_command(
    engine: ScriptedEngine, lambda_: Lambda, fault: str
) -> None:
    keys = run(engine, lambda_, fault, "unsafe")
    assert lost_and_doubled(engine, keys) == (0, 0)
    assert burnt_retries(engine) == 1
    assert sorted(lambda_.effects().values()) == [1] * (JOBS - 1) + [2]  # it ran and died, and ran again


@pytest.mark.parametrize("fault", FAULTS)
def test_a_batch_that_dies_costs_no_retry_and_only_its_own_jobs_are_done_twice(
    engine: ScriptedEngine, lambda_: Lambda, fault: str
) -> None:
    keys = run(engine, lambda_, fault, "safe")
    assert lost_and_doubled(engine, keys) == (0, 0)
    assert burnt_retries(engine) == 0
    again = 2 if fault == "half" else 4
    assert sorted(lambda_.effects().values()) == [1] * (JOBS - again) + [2] * again


def test_a_function_without_room_for_all_burns_no_retry(engine: ScriptedEngine, lambda_: Lambda) -> None:
    keys = run(engine, lambda_, "", "unsafe")  # 12 jobs at once, two environments: most are throttled at first
    assert lost_and_doubled(engine, keys) == (0, 0)
    assert burnt_retries(engine) == 0
    assert set(lambda_.effects().values()) == {1}
    given_back: list[Any] = [body for _, path, body in engine.requests if path.endswith("/failure")]
    assert all(body["retries"] == 3 for body in given_back)
