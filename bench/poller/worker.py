"""A job worker as a process: started, held, and looked at."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench import process
from devkit.checkout import ROOT
from devkit.testing.processes import inherited_environment

STOP_SECONDS = 5
"""A worker with jobs that hang is killed after it."""
LOG_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start one."""

    command: Sequence[str]
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Worker:
    """A started worker; `begin` is when, by perf_counter."""

    begin: float
    log: Path
    _process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """What its process has used."""
        return process.cpu_seconds(self._process.pid)

    def megabytes(self) -> float:
        """What its process keeps in memory."""
        return process.megabytes(self._process.pid)

    def forget_peak(self) -> None:
        """From now on the peak is a new one."""
        process.forget_peak(self._process.pid)

    def peak_megabytes(self) -> float:
        """The most it kept since."""
        return process.peak_megabytes(self._process.pid)

    def hold(self) -> None:
        """Stop it where it is, so that a backlog can be made."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        self._process.send_signal(signal.SIGCONT)

    def check(self) -> None:
        """Raises RuntimeError with the end of its log if it has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"the worker ended with status {self._process.returncode}: {self.said()}")

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-LOG_CHARACTERS:].strip()


@contextmanager
def working(launch: Launch) -> Iterator[Worker]:
    """Run one during the block."""
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            begin = perf_counter()
            started = subprocess.Popen(  # noqa: S603 - programs of the table of contenders
                list(launch.command),
                cwd=ROOT,
                env={**inherited_environment(), **launch.variables},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield Worker(begin, log, started)
        finally:
            started.send_signal(signal.SIGCONT)
            started.terminate()
            try:
                started.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()
