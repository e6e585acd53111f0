"""AWS on this machine, without Docker and without an account: ministack, which runs the functions and enforces IAM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from devkit.checkout import tool
from devkit.testing.program import HOST, Program, folder_for, free_ports, started

REGION = "eu-central-1"
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
"""What `platform.machine()` says → Lambda's name for the processor: functions run here only if it is the same."""
READY_SECONDS = 60.0
# The emulator's own account: these keys may do everything in it, and exist nowhere else.
ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """A started emulator."""

    address: str
    """One for all services. SAM wants it with `localhost`, not 127.0.0.1."""
    port: int
    program: Program
    """What is in it stays when it is restarted."""

    @property
    def log(self) -> Path:
        return self.program.log

    @property
    def account(self) -> Mapping[str, str]:
        """What a client's environment needs to talk to it with all rights."""
        return {**ACCOUNT, "AWS_ENDPOINT_URL": self.address}


@contextmanager
def emulator(*, enforce_iam: bool = True) -> Iterator[RunningEmulator]:
    """Start an emulator on a free port, wait until it answers, stop it at the end. Raises ToolMissing, NotReady."""
    command = tool("emulator") / "ministack"
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("emulator"))
        [port] = free_ports(1)
        program = Program(
            "the AWS emulator",
            [str(command)],
            folder,
            lambda: _answers(port),
            _environment(folder, port, enforce_iam),
            ready_seconds=READY_SECONDS,
        )
        stack.enter_context(started(program))
        yield RunningEmulator(f"http://localhost:{port}", port, program)


def _environment(folder: Path, port: int, enforce_iam: bool) -> dict[str, str]:
    """TMPDIR is ours, because folders of its workers stay there."""
    return {
        "TMPDIR": str(folder),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true" if enforce_iam else "false",
    }


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
