"""One execution environment: a process with Lambda's runtime client that runs one invocation after the other."""

from __future__ import annotations

import json
import subprocess
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from connector_sdk.clock import Clock
from connector_sdk.settings import environment
from devkit.host.functions import HostedFunction
from devkit.host.runtime_api import Event, RuntimeApi, Said

INIT_SECONDS = 10.0
"""Lambda's own limit for importing a function."""
KILLED_SECONDS = 5.0
LARGEST_ANSWER_BYTES = 6 * 1024 * 1024
REGION, ACCOUNT = "eu-central-1", "000000000000"

Sink = Callable[[str], None]
"""Takes one line of a function's output."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation gave: the handler's answer, or Lambda's description of what went wrong."""

    request_id: str
    content: bytes
    error: str | None = None
    """`Unhandled` when it went wrong (the header X-Amz-Function-Error)."""


def arn_of(name: str) -> str:
    """The name under which the function would be invoked on AWS."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


class Execution:
    """Starts the process at once (OSError: it cannot); `invoke` may be called by one thread at a time."""

    def __init__(self, function: HostedFunction, python: Path, clock: Clock, sink: Sink) -> None:
        self._function = function
        self._clock = clock
        self._changed = threading.Condition()
        self._said: Said | None = None
        self._api = RuntimeApi(self._hear)
        try:
            self._process = _process(function, python, self._api.address)
        except OSError:
            self._api.close()
            raise
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, sink), daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        """Whether the process can take another invocation."""
        return self._process.poll() is None

    @property
    def process(self) -> int:
        """The process's id."""
        return self._process.pid

    def invoke(self, content: bytes) -> Answer:
        """Run one invocation to its end: an answer, an error, the process's end, or the time-out."""
        request_id = str(uuid.uuid4())
        limit = self._function.timeout_seconds
        with self._changed:
            self._said = None
        if not self._started(INIT_SECONDS):
            return self._broken_start(request_id)
        self._api.give(Event(request_id, arn_of(self._function.name), content, self._deadline_ms))
        said = self._wait(limit)
        if said is None:
            return self._gone(request_id, limit)
        if said.what == "response":
            return _response(request_id, said.content)
        return Answer(request_id, said.content, "Unhandled")

    def close(self) -> None:
        """End the process and its Runtime API."""
        self._kill()
        self._reader.join(KILLED_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._api.close()

    def _started(self, seconds: float) -> bool:
        """Wait until the handler is imported. False if the process has ended, or the time is over."""
        until = self._clock.monotonic() + seconds
        while not self._api.ready.wait(0.02):
            if self._said is not None or not self.alive or self._clock.monotonic() >= until:
                return False
        return True

    def _wait(self, seconds: float) -> Said | None:
        """What the process says; None if it ends or is silent for so long."""
        with self._changed:
            until = self._clock.monotonic() + seconds
            while self._said is None and self.alive and self._clock.monotonic() < until:
                self._changed.wait(min(0.1, max(0.0, until - self._clock.monotonic())))
            return self._said

    def _broken_start(self, request_id: str) -> Answer:
        with self._changed:
            self._changed.wait_for(lambda: self._said is not None or self.alive, 0.1)
            said = self._said
        if said is not None:
            return Answer(request_id, said.content, "Unhandled")
        if self.alive:
            self._kill()
            return _failed(request_id, "Sandbox.Timedout", f"the function was not imported after {INIT_SECONDS:g} s")
        return self._gone(request_id, INIT_SECONDS)

    def _gone(self, request_id: str, limit: float) -> Answer:
        if self.alive:
            self._kill()
            message = f"RequestId: {request_id} Error: Task timed out after {limit:.2f} seconds"
            return _failed(request_id, "Sandbox.Timedout", message)
        status = self._process.wait()
        how = f"exit status {status}" if status >= 0 else f"signal: {-status}"
        message = f"RequestId: {request_id} Error: Runtime exited with error: {how}"
        return _failed(request_id, "Runtime.ExitError", message)

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait(KILLED_SECONDS)

    def _hear(self, said: Said) -> None:
        with self._changed:
            self._said = said
            self._changed.notify_all()

    def _read(self, output: IO[str] | None, sink: Sink) -> None:
        for line in output or ():
            sink(line.rstrip("\n"))

    def _deadline_ms(self) -> int:
        return self._clock.time_ms() + int(self._function.timeout_seconds * 1000)


def _process(function: HostedFunction, python: Path, api: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        [str(python), "-m", "awslambdaric", function.handler],
        cwd=function.root,
        env=_environment(function, api),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _environment(function: HostedFunction, api: str) -> Mapping[str, str]:
    """What Lambda sets, what the function's own configuration sets, and nothing of this process but PATH and HOME."""
    kept = {name: value for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if (value := environment().get(name))}
    return {
        **kept,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": ":".join(map(str, (function.root, *function.layers))),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "LAMBDA_TASK_ROOT": str(function.root),
        **function.variables,
        "_HANDLER": function.handler,
        "AWS_LAMBDA_RUNTIME_API": api,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    }


def _response(request_id: str, content: bytes) -> Answer:
    if len(content) > LARGEST_ANSWER_BYTES:
        message = f"Response payload size ({len(content)} bytes) exceeded maximum allowed payload size (6291556 bytes)."
        return _failed(request_id, "Function.ResponseSizeTooLarge", message)
    return Answer(request_id, content)


def _failed(request_id: str, kind: str, message: str) -> Answer:
    return Answer(request_id, json.dumps({"errorType": kind, "errorMessage": message}).encode(), "Unhandled")
