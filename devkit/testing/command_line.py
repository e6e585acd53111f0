"""The `connectors` program as a process of its own, for tests that need its signals, its port and its exit status."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from devkit.checkout import ROOT
from devkit.testing.processes import inherited_environment

PATIENCE_SECONDS = 60.0


class RunningCommand:
    """A started command; with `--json` it prints one object a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._problems: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(process.stdout,), daemon=True),
            threading.Thread(target=self._read_problems, args=(process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def problems(self) -> str:
        """What it printed on stderr, whole once it has ended."""
        return "".join(self._problems)

    def event(self, name: str) -> dict[str, Any]:
        """The next line whose `event` is `name`; others before it are passed over."""
        while True:
            content: dict[str, Any] = json.loads(self.line())
            if content["event"] == name:
                return content

    def line(self) -> str:
        """The next line, without its end."""
        line = self._lines.get(timeout=PATIENCE_SECONDS)
        if line is None:
            raise AssertionError(f"the command ended before it printed what was waited for: {self.problems}")
        return line.rstrip("\n")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; gives back the exit status."""
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end; gives back the exit status."""
        status = self._process.wait(PATIENCE_SECONDS)
        for reader in self._readers:
            reader.join(PATIENCE_SECONDS)
        return status

    def _read(self, stream: IO[str] | None) -> None:
        for line in stream or ():
            self._lines.put(line)
        self._lines.put(None)

    def _read_problems(self, stream: IO[str] | None) -> None:
        self._problems.extend(stream or ())


@contextmanager
def connectors(
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    module: str = "devkit.cli",
) -> Iterator[RunningCommand]:
    """Start `connectors` in `folder` with these environment variables; it is gone when the block ends.

    `module` is run instead of the program's own: one that changes something first.
    """
    inherited = inherited_environment()
    process = subprocess.Popen(  # noqa: S603 - this project's own program
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**inherited, "PYTHONUNBUFFERED": "1", **(variables or {})},
    )
    command = RunningCommand(process)
    try:
        yield command
    finally:
        process.kill()
        command.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
