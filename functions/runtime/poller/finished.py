"""What became of a job, as observers are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from connector_sdk.job import Job
from functions.runtime.poller.commands import Result

Ending = Literal["completed", "failed", "error", "given back"]


@dataclass(frozen=True, slots=True)
class Finished:
    """One job that the poller is done with."""

    job: Job
    function: str
    """The connector function's name, such as `http-json`."""
    outcome: Ending
    message: str
    """The failure's message, the error's code, why it was given back; empty when completed."""
    result: Result
    """Whether the engine took it."""
    retries_left: int | None = None
    """Of a failed job; with 0 the engine raises an incident."""


Observer = Callable[[Finished], None]
"""Called in the thread that ran the job; an exception in it is logged and changes nothing."""
