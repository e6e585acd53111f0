"""The header `jobTimeout`: the task itself says how long its job is locked (Camunda's connector runtime, from 8.10)."""

from __future__ import annotations

import logging

from connector_sdk.clock import Clock
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineBusy, EngineUnreachable, SdkError
from connector_sdk.java_duration import milliseconds
from connector_sdk.job import Job
from functions.runtime.poller.leases import Lease

log = logging.getLogger("connectors.poller")

HEADER = "jobTimeout"
LASTING = frozenset({400, 403})
"""With these an engine refuses a time-out for good: no such length, or not from this client."""


class InvalidJobTimeout(SdkError):
    """The header is no positive duration: the function is not run, and trying again cannot help."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Failed to parse job timeout header. Expected ISO-8601 duration, e.g. PT5M, got: {text}")


def job_timeout_ms(job: Job) -> int | None:
    """Milliseconds that the header asks for; None without it or when it is blank. Raises InvalidJobTimeout."""
    text = str(job.custom_headers.get(HEADER) or "").strip()
    if not text:
        return None
    try:
        length = milliseconds(text)
    except ValueError:
        length = 0
    if length <= 0:
        raise InvalidJobTimeout(text)
    return length


def apply_job_timeout(lease: Lease, engine: EngineClient, clock: Clock) -> None:
    """Set the lock to what the header says, and never extend it: the model has the last word.

    A busy or absent engine changes nothing, but the job then counts as locked for the shorter of both times.
    Raises InvalidJobTimeout, and EngineRejected when the engine refuses: the function must not run then.
    """
    length = job_timeout_ms(lease.job)
    if length is None:
        return
    until = clock.monotonic() + length / 1000
    lease.extended = False
    try:
        engine.update_job(lease.job.key, timeout_ms=length, lease_token=lease.job.lease_token)
    except (EngineBusy, EngineUnreachable) as error:
        log.warning("job %s runs although its %s could not be set: %s", lease.job.key, HEADER, error)
        until = min(until, lease.until)
    lease.until = until
