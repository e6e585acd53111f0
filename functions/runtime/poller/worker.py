"""One job type: keep a long poll open, run what comes, report what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any

from connector_sdk.clock import Clock
from connector_sdk.engine_client import EngineClient
from connector_sdk.engine_client.client import JobCommand
from connector_sdk.errors import (
    EngineBusy,
    EngineConflict,
    EngineError,
    EngineNotFound,
    EngineRejected,
    EngineUnreachable,
)
from connector_sdk.job import Job
from functions.runtime.poller.answers import NoOutcome, NotStarted, Reported, read_answer
from functions.runtime.poller.backoff import LONGEST_SECONDS, Backoff, Random
from functions.runtime.poller.commands import MAX_ERROR_MESSAGE_CHARACTERS, Commands, Result
from functions.runtime.poller.finished import Ending, Finished, Observer
from functions.runtime.poller.invokers import FunctionDied, FunctionMissing, InvocationTooLarge, Invoker, NeverRan
from functions.runtime.poller.job_timeout import InvalidJobTimeout, apply_job_timeout
from functions.runtime.poller.leases import Lease, Leases, lock_seconds
from functions.runtime.poller.options import Options
from functions.runtime.poller.registry import Registered
from functions.runtime.poller.slots import Slots
from functions.runtime.poller.threads import Threads

log = logging.getLogger("connectors.poller")

NEVER_RAN_DELAY_MS = 2_000
"""Until a job that was given back is offered again: a function that never has time must not go in circles."""
DIED_BACKOFF_MS = 5_000
"""Before the next try of a job whose function died."""
REFUSED_MESSAGE_CHARACTERS = 300
"""What is kept of the message of a failure that the engine refused."""
OUTCOMES: dict[str, Ending] = {"completion": "completed", "failure": "failed", "error": "error"}
VERSION = 1
"""Of the invocation."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all job types of a poller have in common."""

    engine: EngineClient
    invoker: Invoker
    commands: Commands
    leases: Leases
    threads: Threads
    clock: Clock
    random: Random
    observer: Observer
    stopping: Event
    options: Options


class JobWorker:
    """Serves one job type with one function."""

    def __init__(self, job_type: str, connector: Registered, slots: Slots, shared: Shared) -> None:
        self.job_type = job_type
        self.slots = slots
        self._connector = connector
        self._shared = shared
        self._lock_seconds = lock_seconds(connector.timeout_seconds)

    def run(self) -> None:
        """Poll until the slots are closed. Jobs run in other threads; after the end some may still do."""
        backoff = Backoff(self._shared.random)
        backlog = False
        while asked := self.slots.ask(backlog=backlog):
            since = self._shared.clock.monotonic()
            try:
                jobs = self._activate(asked)
            except EngineError as error:
                self._wait_after(error, backoff)
                continue
            except Exception:
                log.exception("no jobs of type %s: a fault in the poller", self.job_type)
                self._shared.stopping.wait(backoff.next_seconds())
                continue
            backoff.reset()
            backlog = len(jobs) >= asked
            for job in jobs:
                self._begin(job, since)

    def _activate(self, asked: int) -> list[Job]:
        return self._shared.engine.activate_jobs(
            self.job_type,
            max_jobs=asked,
            timeout_ms=int(self._lock_seconds * 1000),
            worker=self._shared.options.worker_name,
            request_timeout_ms=self._shared.options.request_timeout_ms,
            fetch_variables=self._connector.fetch_variables,
            tenant_ids=self._shared.options.tenant_ids,
        )

    def _wait_after(self, error: EngineError, backoff: Backoff) -> None:
        """A busy or absent engine is asked again soon; one that says no (login, tenant) keeps its longest wait."""
        passing = isinstance(error, (EngineBusy, EngineUnreachable))
        delay = backoff.next_seconds() if passing else LONGEST_SECONDS
        log.warning("no jobs of type %s, next try in %.1f s: %s", self.job_type, delay, error)
        self._shared.stopping.wait(delay)

    def _begin(self, job: Job, since: float) -> None:
        """Run a job in a thread of its own; one that gets none (the system is out of them) is given back."""
        self.slots.take(1)
        lease = self._shared.leases.begin(job, self._lock_seconds, since)
        stopping = self._shared.stopping.is_set()
        work = self._give_back_unstarted if stopping else self._work
        try:
            self._shared.threads.start(partial(self._finish, lease, work))
        except (RuntimeError, MemoryError) as error:
            log.error("job %s: no thread for it: %s", job.key, error)
            self.slots.refused()
            self._finish(lease, self._give_back_without_thread)

    def _finish(self, lease: Lease, work: Callable[[Lease], Finished]) -> None:
        """Run one job to its end, whatever happens: the slot comes back, the lock is let go."""
        finished = None
        try:
            finished = work(lease)
        except Exception:
            log.exception("job %s: a fault in the poller; its lock will run out", lease.job.key)
        finally:
            self._shared.leases.end(lease)
            self._tell(finished)
            self.slots.release()

    def _tell(self, finished: Finished | None) -> None:
        if finished is not None:
            try:
                self._shared.observer(finished)
            except Exception:
                log.exception("an observer raised for job %s", finished.job.key)

    def _work(self, lease: Lease) -> Finished:
        """Run the function for a job and report. How each way of ending counts is in `Poller`."""
        try:
            if self._shared.options.compatibility.job_timeout_header:
                apply_job_timeout(lease, self._shared.engine, self._shared.clock)
        except InvalidJobTimeout as error:
            return self._fail(lease, str(error), retries=0, backoff_ms=0)
        except (EngineNotFound, EngineConflict) as error:
            return self._finished(lease, "given back", str(error), Result.GONE)
        except EngineRejected as error:
            return self._give_back(lease, str(error), NEVER_RAN_DELAY_MS)
        return self._invoke(lease)

    def _invoke(self, lease: Lease) -> Finished:
        job = lease.job
        invocation = {
            "v": VERSION,
            "clusterId": self._shared.options.cluster_id,
            "jobs": [job.to_wire()],
            "secretNames": {job.key: self._shared.options.names_for(job)},
        }
        try:
            answer = self._shared.invoker.invoke(self._connector, invocation)
        except FunctionMissing as error:
            log.error("type %s is not asked for any more: %s", self.job_type, error)
            self.slots.close()
            return self._give_back(lease, str(error), NEVER_RAN_DELAY_MS)
        except NeverRan as error:
            self.slots.refused()
            return self._give_back(lease, str(error), NEVER_RAN_DELAY_MS)
        except InvocationTooLarge as error:
            return self._fail(lease, str(error), retries=0, backoff_ms=0)
        except FunctionDied as error:
            self.slots.ran()
            return self._failed(lease, f"function {self._connector.name} {error}")
        self.slots.ran()
        return self._report(lease, answer)

    def _report(self, lease: Lease, answer: Any) -> Finished:
        match read_answer(answer, [lease.job.key])[lease.job.key]:
            case NotStarted():
                return self._give_back(lease, f"function {self._connector.name} had no time left", NEVER_RAN_DELAY_MS)
            case NoOutcome(reason):
                return self._failed(lease, f"function {self._connector.name} ran without an outcome: {reason}")
            case Reported(command, body):
                result = self._shared.commands.send(lease.job, command, body, lambda: lease.until)
                if result is Result.REFUSED:
                    return self._refused(lease, command, body)
                message = body.get("errorMessage") if command == "failure" else body.get("errorCode")
                retries = body.get("retries") if command == "failure" else None
                return self._finished(lease, OUTCOMES[command], message or "", result, retries)

    def _refused(self, lease: Lease, command: JobCommand, body: Mapping[str, Any]) -> Finished:
        """The engine will never take what the function reported: it gets a failure that it can take."""
        message = f"the engine refused the {command} of function {self._connector.name}"
        if command == "failure":
            message = f"{message}: {str(body.get('errorMessage') or '')[:REFUSED_MESSAGE_CHARACTERS]}"
            return self._fail(lease, message, body["retries"], body.get("retryBackOff") or 0)
        if self._connector.repeat == "unsafe":
            return self._fail(lease, f"{message}; it did its work and is not run a second time", 0, 0)
        return self._failed(lease, message)

    def _failed(self, lease: Lease, message: str) -> Finished:
        """The function ran: that costs a try."""
        return self._fail(lease, message, max(lease.job.retries - 1, 0), DIED_BACKOFF_MS)

    def _fail(self, lease: Lease, message: str, retries: int, backoff_ms: int) -> Finished:
        message = message[:MAX_ERROR_MESSAGE_CHARACTERS]
        body = {"retries": retries, "errorMessage": message, "retryBackOff": backoff_ms}
        result = self._shared.commands.send(lease.job, "failure", body, lambda: lease.until)
        return self._finished(lease, "failed", message, result, retries)

    def _give_back_unstarted(self, lease: Lease) -> Finished:
        return self._give_back(lease, "the poller stops", 0)

    def _give_back_without_thread(self, lease: Lease) -> Finished:
        return self._give_back(lease, "the poller has no thread for it", NEVER_RAN_DELAY_MS)

    def _give_back(self, lease: Lease, why: str, delay_ms: int) -> Finished:
        result = self._shared.commands.give_back(lease.job, why, delay_ms, lambda: lease.until)
        return self._finished(lease, "given back", why, result)

    def _finished(
        self, lease: Lease, outcome: Ending, message: str, result: Result, retries_left: int | None = None
    ) -> Finished:
        return Finished(lease.job, self._connector.name, outcome, message, result, retries_left)
