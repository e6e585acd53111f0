"""This project's poller, which writes to a file when its calls began and ended: `traced_poller.py FILE CONNECTOR …`.

A line is a name, two times of `perf_counter`, which on Linux is one clock for all processes, and the number of jobs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from time import perf_counter
from typing import IO, Any

from connector_sdk.engine_client import EngineClient
from functions.runtime.poller.__main__ import main
from functions.runtime.poller.invokers.inline import Inline

TRACED: tuple[tuple[str, type, str], ...] = (
    ("activation", EngineClient, "activate_jobs"),
    ("function", Inline, "invoke"),
    ("command", EngineClient, "command_job"),
)


def traced(name: str, method: Callable[..., Any], output: IO[str]) -> Callable[..., Any]:
    """The method, with a line for each call."""

    @wraps(method)
    def call(*arguments: Any, **named: Any) -> Any:
        begin = perf_counter()
        answer = method(*arguments, **named)
        output.write(f"{name} {begin} {perf_counter()} {len(answer) if isinstance(answer, list) else 1}\n")
        return answer

    return call


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", buffering=1) as file:
        for name, owner, method in TRACED:
            setattr(owner, method, traced(name, getattr(owner, method), file))
        sys.exit(main(sys.argv[2:]))
