"""AWS on this machine, without Docker and without an account: ministack, which runs the functions and enforces IAM."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from connector_sdk.clock import SystemClock
from connector_sdk.errors import SdkError
from devkit.checkout import tool
from devkit.testing.processes import inherited_environment, stop

HOST = "127.0.0.1"
REGION = "eu-central-1"
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
"""What `platform.machine()` says → Lambda's name for the processor: functions run here only if it is the same."""
READY_SECONDS = 60.0
STOP_SECONDS = 15
LOG_LINES_SHOWN = 15
# The emulator's own account: these keys may do everything in it, and exist nowhere else.
ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


class EmulatorMissing(SdkError):
    """The emulator cannot be started on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """A started emulator."""

    address: str
    """One for all services. SAM wants it with `localhost`, not 127.0.0.1."""
    port: int
    log: Path

    @property
    def account(self) -> Mapping[str, str]:
        """What a client's environment needs to talk to it with all rights."""
        return {**ACCOUNT, "AWS_ENDPOINT_URL": self.address}


@contextmanager
def emulator(*, enforce_iam: bool = True) -> Iterator[RunningEmulator]:
    """Start an emulator on a free port, wait until it answers, stop it at the end. Raises EmulatorMissing."""
    program = tool("emulator") / "ministack"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emulator-", ignore_cleanup_errors=True)))
        with socket.create_server((HOST, 0)) as free:
            port = int(free.getsockname()[1])
        log = folder / "log"
        output = stack.enter_context(log.open("wb"))
        process = subprocess.Popen(  # noqa: S603
            [str(program)],
            cwd=folder,
            env=_environment(folder, port, enforce_iam),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        stack.callback(stop, process, STOP_SECONDS)
        _wait_until_ready(port, process, log)
        yield RunningEmulator(f"http://localhost:{port}", port, log)


def _environment(folder: Path, port: int, enforce_iam: bool) -> dict[str, str]:
    """TMPDIR is ours, because folders of its workers stay there."""
    return {
        **inherited_environment(),
        "TMPDIR": str(folder),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true" if enforce_iam else "false",
    }


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    clock, pause = SystemClock(), threading.Event()
    until = clock.monotonic() + READY_SECONDS
    while not _answers(port):
        if process.poll() is not None or clock.monotonic() > until:
            what = "did not answer" if process.poll() is None else f"ended with status {process.returncode}"
            last = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])
            raise EmulatorMissing(f"the AWS emulator {what}; its log ends with:\n{last}")
        pause.wait(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
