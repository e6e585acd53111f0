"""The job workers that are compared: each a process that serves one job type."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from bench.rest import Target as Process
from devkit.checkout import ROOT
from devkit.testing.processes import inherited_environment


@dataclass(frozen=True, slots=True)
class Worker:
    """A started worker."""

    name: str
    process: subprocess.Popen[str]
    begin: float

    def cpu_seconds(self) -> float:
        """What its process has used."""
        return self._as_process().cpu_seconds()

    def megabytes(self) -> float:
        """What its process keeps in memory."""
        return self._as_process().megabytes()

    def hold(self) -> None:
        """Stop it where it is, so that a backlog can be made."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        self.process.send_signal(signal.SIGCONT)

    def _as_process(self) -> Process:
        return Process(self.name, "", self.process.pid, 0.0)


@contextmanager
def ours(engine: str, job_type: str) -> Iterator[Worker]:
    """This project's poller with the REST connector in its process, as `docs/deploy.md` starts it; default settings."""
    command = [sys.executable, "-m", "functions.runtime.poller", "http-json"]
    variables = {
        **inherited_environment(),
        "CAMUNDA_REST_ADDRESS": engine,
        "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.0/8",
        "CONNECTOR_HTTP_JSON_TYPE": job_type,
        "SECRET_TOKEN": "a-secret",
    }
    begin = perf_counter()
    process = subprocess.Popen(  # noqa: S603 - this project's own program
        command,
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    reader = threading.Thread(target=_drain, args=(process,), daemon=True)
    reader.start()
    try:
        yield Worker("ours", process, begin)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        reader.join(10)


def _drain(process: subprocess.Popen[str]) -> None:
    for _ in process.stderr or ():
        pass


CONTENDERS = {"ours": ours}
"""By name. Camunda's Java runtime, pyzeebe and Camunda's Python SDK are still to come."""
