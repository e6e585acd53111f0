"""A server that tests start on this machine, and start again on the same ports with the same data."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connector_sdk.clock import SystemClock
from connector_sdk.errors import SdkError
from devkit.testing.parts import PartMissing
from devkit.testing.processes import inherited_environment

HOST = "127.0.0.1"
READY_SECONDS = 90.0
STOP_SECONDS = 30.0
LOG_LINES_SHOWN = 15
PAUSE_SECONDS = 0.1
"""Between two looks at whether a server answers."""


class NotReady(SdkError):
    """A server that is installed ended by itself, or did not answer in time: a fault, and no reason to skip a test."""


@dataclass
class Program:
    """One server. `ready` is a real call of a client, for ports open before servers answer."""

    name: str
    command: Sequence[str]
    folder: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    user: str | None = None
    """Who runs it, if we are root."""
    stop_signal: signal.Signals = signal.SIGTERM
    ready_seconds: float = READY_SECONDS
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def log(self) -> Path:
        """What all its runs have printed."""
        return self.folder / "log"

    @property
    def pid(self) -> int:
        """Of the run. Raises NotReady if there is none."""
        if self._process is None:
            raise NotReady(f"{self.name} does not run")
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers. Raises NotReady with the end of its log."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - a server that the test wants
                list(self.command),
                cwd=self.folder,
                env={**inherited_environment(), **self.environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=as_user(self.user),
                group=as_user(self.user),
                extra_groups=[] if as_user(self.user) else None,
            )
        self._wait_until_ready(self._process)

    def stop(self) -> None:
        """End it; nothing if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(self.stop_signal)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """End it as a crash does: it tidies nothing up."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """Same ports, same data."""
        self.stop()
        self.start()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        clock, pause = SystemClock(), threading.Event()
        until = clock.monotonic() + self.ready_seconds
        while not self.ready():
            if process.poll() is not None or clock.monotonic() > until:
                what = "did not get ready" if process.poll() is None else f"ended with status {process.returncode}"
                last = "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])
                raise NotReady(f"{self.name} {what}; its log ends with:\n{last}")
            pause.wait(PAUSE_SECONDS)


@contextmanager
def started(program: Program) -> Iterator[Program]:
    """Start it, and stop it at the end. Raises NotReady."""
    with ExitStack() as stack:
        stack.callback(program.stop)
        program.start()
        yield program


@contextmanager
def folder_for(name: str, user: str | None = None, within: Path | None = None) -> Iterator[Path]:
    """An empty folder that a server's own user can write to; its path is short, as Unix sockets want it."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=within, ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        if user is not None:
            owned_by(user, folder)
        yield folder


def owned_by(user: str, *paths: Path) -> None:
    """Give files to a server's own user, if we are root and the server is not."""
    if os.geteuid() == 0:
        for path in paths:
            shutil.chown(path, user, user)


def as_user(user: str | None) -> str | None:
    """Who runs a server that refuses to be root: its own user if we are root, else we ourselves (None)."""
    return user if os.geteuid() == 0 else None


def installed(program: str, debian_package: str) -> str:
    """Where a program is. Raises PartMissing with the package to install."""
    found = shutil.which(program)
    if found is None:
        raise PartMissing(f"{program} was not found: apt-get install {debian_package} (Debian and Ubuntu)")
    return found


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody uses now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [int(opened.getsockname()[1]) for opened in sockets]
