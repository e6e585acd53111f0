"""A process whose job is done by the worker of Camunda's Python SDK, unchanged (`make worker`)."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.engine import server
from tests.engine.driver import Driver

PYTHON = Path(".venv-worker/bin/python")
PROGRAM = Path(__file__).with_name("sdk_worker_process.py")
STOP_SECONDS = 30


@pytest.fixture
def engine() -> Iterator[Driver]:
    with server.start() as running:
        driver = Driver(running)
        driver.deploy("P", "{s: {is: start}, t: {is: service, type: sum}, e: {is: end}}")
        worker = subprocess.Popen(  # noqa: S603 - the SDK's own interpreter
            [PYTHON, PROGRAM], env={"CAMUNDA_REST_ADDRESS": running.address, "CAMUNDA_AUTH_STRATEGY": "NONE"}
        )
        yield driver
        worker.terminate()
        worker.wait(STOP_SECONDS)


def test_a_process_runs_with_the_worker_of_camundas_sdk(engine: Driver) -> None:
    assert engine.result("P", a=3, b=4) == {"a": 3, "b": 4, "sum": 7}


def test_a_job_on_which_the_worker_raises_becomes_an_incident(engine: Driver) -> None:
    instance = engine.create("P", a=3)
    assert engine.result("P", a=1, b=1)["sum"] == 2
    assert engine.search("jobs", processInstanceKey=instance)[0]["retries"] < 3
