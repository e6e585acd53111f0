"""Brings what became of a job to the engine, and keeps trying while the job's lock holds."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from connector_sdk.clock import Clock
from connector_sdk.engine_client import EngineClient
from connector_sdk.engine_client.client import JobCommand
from connector_sdk.errors import (
    ConnectorInputError,
    EngineBusy,
    EngineConflict,
    EngineError,
    EngineNotFound,
    EngineRejected,
    EngineUnreachable,
)
from connector_sdk.expressions.result_mapping import MAX_VARIABLES_BYTES, json_bytes
from connector_sdk.job import Job
from functions.runtime.poller.backoff import Backoff, Random

log = logging.getLogger("connectors.poller")

MAX_ERROR_MESSAGE_CHARACTERS = 6000
"""Camunda's connector runtime cuts there too."""

DOUBTFUL_ATTEMPTS = 3
"""So often a command is sent that may itself be why it fails: into a lost connection, or into an engine's fault."""
FAULT = 500
PASSING = frozenset({401, 403, 404, 408, 409})
"""Of the 4xx, those that say nothing of the command, and may come from whatever stands before an engine. A function has
done its work by then: patience is worth more than an incident.
"""

Wait = Callable[[float], object]
"""Waits that many seconds."""


class Result(Enum):
    """What became of a command."""

    TAKEN = "taken"
    GONE = "gone"
    """The engine's own 404 or 409: somebody else was first, or the instance is cancelled. No error."""
    REFUSED = "refused"
    """The engine will never take it: too large, malformed, or not to be said in JSON."""
    LOST = "lost"
    """No engine took it until the lock ran out, or it came after that: the job will be handed out again."""


class Sent(NamedTuple):
    """How a command ended."""

    result: Result
    reason: str = ""
    """Why the engine will never take it, or why it is gone, without the request."""


ENDS: frozenset[str] = frozenset({"completion", "error"})
"""Commands that end a job, whoever has it now. Others would hit the run of somebody who got it after its lock."""
LEVELS: Mapping[Result, int] = {Result.GONE: logging.INFO, Result.REFUSED: logging.ERROR}
"""How loud it is said that a command has come to such an end."""


class Commands:
    """Sends job commands; any number of threads may use it."""

    def __init__(self, engine: EngineClient, clock: Clock, random_: Random, wait: Wait | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._random = random_
        self._wait = wait or threading.Event().wait
        self._unsent: dict[str, str] = {}
        """Type by job key, of commands that have failed and are sent again."""
        self.abandoned = threading.Event()
        """Set when nobody waits for jobs any more: an outcome may still come home, at once or never."""

    def send(self, job: Job, command: JobCommand, body: Mapping[str, Any], until: Callable[[], float]) -> Sent:
        """Send one command; a busy or absent engine is asked again until the monotonic time `until()`.

        So is one that answers 401, 403, 408, 502 or anything else that says nothing of the command; a fault of the
        engine's own (500) counts as refused when it comes back. Whatever stands before an engine may drop the
        connection of a large command instead of answering 413: when the engine answers other requests meanwhile, such
        a command counts as refused.

        A failure is not sent at all after `until()`, or when the poller has stopped and did not wait for the job.
        """
        content = {**body, "jobLeaseToken": job.lease_token} if job.lease_token else body
        return self._attempt(
            job, command, lambda: self._engine.command_job(job.key, command, content), until, body=body
        )

    def give_back(self, job: Job, why: str, delay_ms: int, until: Callable[[], float]) -> Sent:
        """Make a job that never ran available again after `delay_ms`, its retries unchanged.

        A failure with the retries it has does that. With none left a failure would raise an incident; there the lock
        is shortened instead.
        """
        if job.retries > 0:
            message = f"{why}; given back with its retries unchanged"[:MAX_ERROR_MESSAGE_CHARACTERS]
            body = {"retries": job.retries, "errorMessage": message, "retryBackOff": delay_ms}
            return self.send(job, "failure", body, until)
        change = partial(self._engine.update_job, job.key, timeout_ms=max(delay_ms, 1), lease_token=job.lease_token)
        return self._attempt(job, "give back", change, until)

    def unsent(self, job_type: str) -> int:
        """How many jobs of a type have a command that is sent again and again now."""
        return list(self._unsent.values()).count(job_type)

    def _is_there(self) -> bool:
        try:
            self._engine.topology()
        except EngineError:
            return False
        return True

    def _attempt(
        self,
        job: Job,
        what: str,
        command: Callable[[], None],
        until: Callable[[], float],
        *,
        body: Mapping[str, Any] | None = None,
    ) -> Sent:
        backoff = Backoff(self._random)
        attempts: defaultdict[type[Exception], int] = defaultdict(int)
        try:
            while True:
                if what not in ENDS and (self.abandoned.is_set() or self._clock.monotonic() >= until()):
                    log.warning("job %s: %s is not sent, somebody else may have the job by now", job.key, what)
                    return Sent(Result.LOST)
                try:
                    command()
                except (EngineError, ValueError) as error:
                    attempts[type(error)] += 1
                    result = self._result(error, body, attempts[type(error)])
                    if result is not None:
                        log.log(LEVELS[result], "job %s: %s is %s: %s", job.key, what, result.value, error)
                        return Sent(result, _reason(error))
                    delay = backoff.next_seconds()
                    if self.abandoned.is_set() or self._clock.monotonic() + delay >= until():
                        log.error(
                            "job %s: %s is lost, the engine will hand the job out again: %s", job.key, what, error
                        )
                        return Sent(Result.LOST)
                    if sum(attempts.values()) == 1:
                        self._unsent[job.key] = job.type
                        log.warning("job %s: %s is sent again and again while its lock holds: %s", job.key, what, error)
                    self._wait(delay)
                else:
                    return Sent(Result.TAKEN)
        finally:
            if self._unsent:
                self._unsent.pop(job.key, None)

    def _result(self, error: Exception, body: Mapping[str, Any] | None, attempts: int) -> Result | None:
        """What an error makes of a command for good; None: it is sent again."""
        doubtful = attempts >= DOUBTFUL_ATTEMPTS
        match error:
            case EngineRejected() if is_gone(error):
                return Result.GONE
            case EngineRejected(status=status):
                refused = 400 <= status < FAULT and status not in PASSING
                return Result.REFUSED if refused or (status == FAULT and doubtful) else None
            case EngineUnreachable():
                return Result.REFUSED if doubtful and body and _is_large(body) and self._is_there() else None
            case EngineBusy():
                return None
        return Result.REFUSED  # JSON cannot say it


def is_gone(error: EngineRejected) -> bool:
    """Whether the engine itself, and nobody before it, says that there is no such job or that it has ended."""
    return isinstance(error, (EngineNotFound, EngineConflict)) and error.problem


def _reason(error: Exception) -> str:
    match error:
        case EngineRejected():
            return f"{error.status} {error.title}: {error.detail}"
        case EngineUnreachable():
            return "no answer to a command of this size"
    return str(error)


def _is_large(body: Mapping[str, Any]) -> bool:
    """Whether it is above the size that every engine takes."""
    try:
        return json_bytes(body) > MAX_VARIABLES_BYTES
    except ConnectorInputError:
        return False  # said when it is sent
