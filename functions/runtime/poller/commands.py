"""Brings what became of a job to the engine, and keeps trying while the job's lock holds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from connector_sdk.clock import Clock
from connector_sdk.engine_client import EngineClient
from connector_sdk.engine_client.client import JobCommand
from connector_sdk.errors import EngineBusy, EngineConflict, EngineNotFound, EngineRejected, EngineUnreachable
from connector_sdk.job import Job
from functions.runtime.poller.backoff import Backoff, Random

log = logging.getLogger("connectors.poller")

MAX_ERROR_MESSAGE_CHARACTERS = 6000
"""Camunda's connector runtime cuts there too."""

Wait = Callable[[float], object]
"""Waits that many seconds."""


class Result(Enum):
    """What became of a command."""

    TAKEN = "taken"
    GONE = "gone"
    """404 or 409: somebody else was first, or the instance is cancelled. No error."""
    REFUSED = "refused"
    """The engine will never take it: too large, malformed, or not to be said in JSON."""
    LOST = "lost"
    """No engine until the lock ran out: the job will be handed out again."""


class Commands:
    """Sends job commands; any number of threads may use it."""

    def __init__(self, engine: EngineClient, clock: Clock, random_: Random, wait: Wait | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._random = random_
        self._wait = wait or threading.Event().wait

    def send(self, job: Job, command: JobCommand, body: Mapping[str, Any], until: Callable[[], float]) -> Result:
        """Send one command; a busy or absent engine is asked again until the monotonic time `until()`."""
        content = {**body, "jobLeaseToken": job.lease_token} if job.lease_token else body
        return self._attempt(job, command, lambda: self._engine.command_job(job.key, command, content), until)

    def give_back(self, job: Job, why: str, delay_ms: int, until: Callable[[], float]) -> Result:
        """Make a job that never ran available again after `delay_ms`, its retries unchanged.

        A failure with the retries it has does that. With none left a failure would raise an incident; there the lock
        is shortened instead.
        """
        if job.retries > 0:
            message = f"{why}; given back with its retries unchanged"[:MAX_ERROR_MESSAGE_CHARACTERS]
            body = {"retries": job.retries, "errorMessage": message, "retryBackOff": delay_ms}
            return self.send(job, "failure", body, until)
        return self._attempt(
            job, "give back", lambda: self._engine.update_job(job.key, timeout_ms=max(delay_ms, 1)), until
        )

    def _attempt(self, job: Job, what: str, command: Callable[[], None], until: Callable[[], float]) -> Result:
        backoff = Backoff(self._random)
        while True:
            try:
                command()
            except (EngineNotFound, EngineConflict) as error:
                log.info("job %s: %s came too late: %s", job.key, what, error)
                return Result.GONE
            except (EngineRejected, ValueError) as error:
                log.error("job %s: %s is refused: %s", job.key, what, error)
                return Result.REFUSED
            except (EngineBusy, EngineUnreachable) as error:
                delay = backoff.next_seconds()
                if self._clock.monotonic() + delay >= until():
                    log.error("job %s: %s is lost, the engine will hand the job out again: %s", job.key, what, error)
                    return Result.LOST
                self._wait(delay)
            else:
                return Result.TAKEN
