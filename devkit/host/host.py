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
        self._idle: dict[str, list[Execution]] = {name: [] for name in functions}
        self._running: dict[str, set[Execution]] = {name: set() for name in functions}

    def function(self, name: str) -> HostedFunction:
        """Look a function up. Raises UnknownFunction."""
        return choose(self._functions, name)

    def invoke(self, name: str, content: bytes) -> Answer:
        """Run a function once with a JSON event. Raises UnknownFunction, TooManyInvocations."""
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
        """End every process."""
        with self._lock:
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
        with self._lock:
            running = self._running[function.name]
            if self._idle[function.name]:
                execution = self._idle[function.name].pop()
            elif len(running) < self._most:
                execution = Execution(function, self._python, self._clock, self._sink)
            else:
                raise TooManyInvocations(f"{function.name} runs {self._most} times already: try again later")
            running.add(execution)
            return execution

    def _give_back(self, name: str, execution: Execution) -> None:
        with self._lock:
            self._running[name].discard(execution)
            if execution.alive:
                self._idle[name].append(execution)
                return
        execution.close()
