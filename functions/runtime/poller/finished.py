"""What became of a job, as observers are told."""

from __future__ import annotations

import logging
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


def log_finished(log: logging.Logger, finished: Finished, operate: str = "") -> None:
    """One line for one job, and its parts as fields of a structured log. `operate` is the address of Operate."""
    job = finished.job
    parts = {
        "job": job.key,
        "jobType": job.type,
        "instance": job.process_instance_key,
        "element": job.element_id,
        "elementInstance": job.element_instance_key,
        "function": finished.function,
        "outcome": finished.outcome,
    }
    if operate:
        parts["operate"] = f"{operate}/processes/{job.process_instance_key}"
    log.info(
        "job %s of instance %s, element %s (%s): %s, %s %s%s%s",
        job.key,
        job.process_instance_key,
        job.element_id,
        job.element_instance_key,
        job.type,
        finished.function,
        finished.outcome,
        f": {finished.message}" if finished.message else "",
        f" ({parts['operate']})" if operate else "",
        extra=parts,
    )
