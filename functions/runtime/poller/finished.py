"""What became of a job, as observers are told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal, NamedTuple

from connector_sdk.job import Job
from functions.runtime.poller.commands import Result

Ending = Literal["completed", "failed", "error", "given back"]
_NOT_TAKEN = {
    Result.GONE: "too late: the engine had ended the job or given it to another worker",
    Result.REFUSED: "but the engine refused it",
    Result.LOST: "but the engine was not told: it will hand the job out again",
}
_UNTOLD = {Result.REFUSED, Result.LOST}


class Finished(NamedTuple):
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

    @property
    def ending(self) -> str:
        """The outcome: of a failed job with its retries, of one that the engine did not take with the reason."""
        if self.result in _NOT_TAKEN and self.outcome != "given back":
            return f"{self.outcome}, {_NOT_TAKEN[self.result]}"
        match self.retries_left:
            case None:
                return self.outcome
            case 0:
                return f"{self.outcome}, no retries left: incident"
            case 1:
                return f"{self.outcome}, 1 retry left"
            case left:
                return f"{self.outcome}, {left} retries left"


Observer = Callable[[Finished], None]
"""Called in the thread that ran the job; an exception in it is logged and changes nothing."""


def log_finished(log: logging.Logger, finished: Finished, operate: str = "", *, structured: bool = False) -> None:
    """One line for one job, a warning if it failed or the engine did not learn of it.

    `operate` is the address of Operate. `structured`: its parts are fields of the record as well.
    """
    job = finished.job
    page = f"{operate}/processes/{job.process_instance_key}" if operate else ""
    log.log(
        logging.WARNING if finished.outcome == "failed" or finished.result in _UNTOLD else logging.INFO,
        "job %s of instance %s, element %s (%s): %s, %s %s%s%s",
        job.key,
        job.process_instance_key,
        job.element_id,
        job.element_instance_key,
        job.type,
        finished.function,
        finished.ending,
        f": {finished.message}" if finished.message else "",
        f" ({page})" if page else "",
        extra=_fields(finished, page) if structured else None,
    )


def _fields(finished: Finished, page: str) -> dict[str, str | int]:
    job = finished.job
    fields: dict[str, str | int] = {
        "job": job.key,
        "jobType": job.type,
        "instance": job.process_instance_key,
        "element": job.element_id,
        "elementInstance": job.element_instance_key,
        "function": finished.function,
        "outcome": finished.outcome,
        "result": finished.result.value,
    }
    if finished.retries_left is not None:
        fields["retriesLeft"] = finished.retries_left
    if page:
        fields["operate"] = page
    return fields
