"""The function host: execution environments for each function, started when they are needed and then kept warm."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.errors import SdkError
from devkit.host.execution import Answer, Execution, Sink
from devkit.host.functions import HostedFunction, choose

MOST_ENVIRONMENTS = 8
"""Of one function, at the same time."""


class TooManyInvocations(SdkError):
    """All of a function's execution environments are busy (Lambda: TooManyRequestsException)."""


class HostClosed(SdkError):
    """The function host has ended its processes, and starts no more."""


class FunctionHost:
    """Runs functions by name; close it, or use it in a `with`. Any number of threads may use it."""

    def __init__(
        self,
        functions: Mapping[str, HostedFunction],
        *,
        python: Path | None = None,
        sink: Sink | None = None,
        most_environments: int = MOST_ENVIRONMENTS,
        clock: Clock | None = None,
    ) -> None:
        """`python` has the runtime client (awslambdaric); `sink` takes the functions' output, line by line."""
        self._functions = functions
        self._python = python or Path(sys.executable)
        self._sink: Sink = sink or (lambda _: None)
        self._most = most_environments
        self._clock: Clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._is_closed = False
        self._idle: dict[str, list[Execution]] = {name: [] for name in functions}
        self._running: dict[str, set[Execution]] = {name: set() for name in functions}

    def function(self, name: str) -> HostedFunction:
        """Look a function up. Raises UnknownFunction."""
        return choose(self._functions, name)

    def invoke(self, name: str, content: bytes) -> Answer:
        """Run a function once with a JSON event. Raises UnknownFunction, TooManyInvocations, HostClosed, OSError."""
        function = self.function(name)
        execution = self._take(function)
        try:
            return execution.invoke(content)
        finally:
            self._give_back(function.name, execution)

    def processes(self, name: str) -> list[int]:
        """The ids of a function's processes, idle and busy ones. Raises UnknownFunction."""
        known = self.function(name).name
        with self._lock:
            return [one.process for one in (*self._idle[known], *self._running[known])]

    def close(self) -> None:
        """End every process; no other one is started."""
        with self._lock:
            self._is_closed = True
            executions = [one for name in self._functions for one in (*self._idle[name], *self._running[name])]
            for name in self._functions:
                self._idle[name].clear()
        for execution in executions:
            execution.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, function: HostedFunction) -> Execution:
        dead: list[Execution] = []
        try:
            with self._lock:
                if self._is_closed:
                    raise HostClosed(f"the function host is closed: {function.name} is not run")
                idle, running = self._idle[function.name], self._running[function.name]
                while idle and not idle[-1].alive:
                    dead.append(idle.pop())
                if not idle and len(running) >= self._most:
                    raise TooManyInvocations(f"{function.name} runs {self._most} times already: try again later")
                execution = idle.pop() if idle else Execution(function, self._python, self._clock, self._sink)
                running.add(execution)
                return execution
        finally:
            for one in dead:
                one.close()

    def _give_back(self, name: str, execution: Execution) -> None:
        with self._lock:
            self._running[name].discard(execution)
            if execution.alive:
                self._idle[name].append(execution)
                return
        execution.close()
