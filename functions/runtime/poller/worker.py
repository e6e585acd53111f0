"""One job type: keep a long poll open, run what comes, report what became of it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any

from connector_sdk.clock import Clock
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineBusy, EngineError, EngineRejected, EngineUnreachable
from connector_sdk.job import Job
from functions.runtime.poller.answers import Reported, read_answer
from functions.runtime.poller.answers_in_flight import Answers
from functions.runtime.poller.backoff import LONGEST_SECONDS, Backoff, Random
from functions.runtime.poller.batches import batches
from functions.runtime.poller.commands import Commands, Result, is_gone
from functions.runtime.poller.figures import Figures
from functions.runtime.poller.finished import Finished, Observer
from functions.runtime.poller.invokers import FunctionDied, FunctionMissing, InvocationTooLarge, Invoker, NeverRan
from functions.runtime.poller.job_timeout import LASTING, InvalidJobTimeout, apply_job_timeout
from functions.runtime.poller.leases import Lease, Leases, lock_seconds
from functions.runtime.poller.options import Options
from functions.runtime.poller.registry import Registered
from functions.runtime.poller.reports import Reports
from functions.runtime.poller.slots import Slots
from functions.runtime.poller.threads import Threads

log = logging.getLogger("connectors.poller")

VERSION = 1
"""Of the invocation."""

QUICK_SECONDS = 0.05
"""The jobs of a batch wait for each other's commands as long as none takes longer."""

Work = Callable[[Lease], Finished]
"""Brings one job to its end."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all job types of a poller have in common."""

    engine: EngineClient
    invoker: Invoker
    commands: Commands
    leases: Leases
    threads: Threads
    answers: Answers
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
        self._reports = Reports(connector, shared.commands)
        self._activated = 0
        self._missing = self._waiting = False
        self._most = shared.options.batch_size if connector.repeat != "unsafe" else 1

    @property
    def function(self) -> str:
        """The connector's name."""
        return self._connector.name

    def figures(self, counts: Counter[str], oldest_seconds: float) -> Figures:
        """How this type is doing; `counts` are those of its finished jobs."""
        return Figures(
            function=self.function,
            activated=self._activated,
            completed=counts["completed"],
            failed=counts["failed"],
            errors=counts["error"],
            given_back=counts["given back"],
            late=counts["gone"],
            refused=counts["refused"],
            lost=counts["lost"],
            in_flight=self.slots.used,
            oldest_seconds=round(oldest_seconds, 3),
            state=self._state,
        )

    @property
    def _state(self) -> str:
        if self._missing:
            return "missing"
        waiting = self._waiting or 0 < self.slots.used <= self._shared.commands.unsent(self.job_type)
        return "waiting" if waiting and self.slots.state == "polling" else self.slots.state

    def run(self) -> None:
        """Poll until the slots are closed. Jobs run in other threads; after the end some may still do."""
        try:
            self._poll()
        finally:  # whatever ended it: nobody asks any more, and the figures say so
            self.slots.close()

    def _poll(self) -> None:
        backoff = Backoff(self._shared.random)
        backlog = False
        while asked := self.slots.ask(backlog=backlog, together=self._most):
            since = self._shared.clock.monotonic()
            try:
                jobs = self._activate(asked)
                if self._waiting:
                    log.info("the engine answers again: jobs of type %s are taken", self.job_type)
                self._waiting, backlog = False, len(jobs) >= asked
                self._begin(jobs, since, self._most if backlog else 1)
            except EngineError as error:
                self.slots.take(0)
                self._wait_after(error, backoff)
            except Exception:
                self.slots.take(0)
                log.exception("no jobs of type %s: a fault in the poller", self.job_type)
                self._shared.stopping.wait(backoff.next_seconds())
            else:
                backoff.reset()

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
        self._waiting = True
        log.warning("no jobs of type %s, next try in %.1f s: %s", self.job_type, delay, error)
        self._shared.stopping.wait(delay)

    def _begin(self, jobs: Sequence[Job], since: float, most: int) -> None:
        """Run jobs in threads of their own, up to `most` in one; those that came too late for it are given back.

        What still runs here, longer than its lock, is not begun a second time.
        """
        leases = [lease for job in jobs if (lease := self._leased(job, since))]
        self._activated += len(leases)
        self.slots.take(len(leases), sum(lease.size for lease in leases))
        for batch in batches(leases, most):
            run = partial(self._finish, batch[0], self._first) if len(batch) == 1 else partial(self._batch, batch)
            self._start(batch, run)

    def _leased(self, job: Job, since: float) -> Lease | None:
        try:
            if not self._shared.leases.still_runs(job, self._lock_seconds, since):
                return self._shared.leases.begin(job, self._lock_seconds, since)
        except Exception:
            log.exception("job %s is not begun: a fault in the poller; its lock will run out", job.key)
        return None

    def _start(self, leases: Sequence[Lease], run: Callable[[], None]) -> None:
        """Begin in a thread; jobs that get none (the system is out of them) are given back."""
        try:
            self._shared.threads.start(run, self.job_type)
        except Exception as error:  # whatever it is: the slots of these jobs come back
            log.error("no thread for %s jobs of type %s: %s", len(leases), self.job_type, error)
            self.slots.refused()
            for lease in leases:
                self._finish(lease, self._give_back_without_thread)

    def _batch(self, batch: Sequence[Lease]) -> None:
        """Run several jobs in one invocation, then end them: one after the other, as long as that goes quickly.

        Threads that all begin to write at the same moment take several times the processor time of one that does.
        """
        works: Sequence[Work | None]
        try:
            works = self._works(batch)
        except Exception as error:
            log.exception("%s jobs of type %s: a fault in the poller", len(batch), self.job_type)
            works = [partial(self._fault, error=type(error).__name__)] * len(batch)
        now = self._shared.clock.monotonic
        slow = False
        for lease, work in sorted(zip(batch, works, strict=True), key=lambda end: end[1] is not None):
            if work is None:  # nobody holds room for an answer that was of no use while he waits for more
                self._shared.answers.forget(lease)
                self._at_once(lease, self._work)
            elif slow:
                self._at_once(lease, work)
            else:
                begun = now()
                self._finish(lease, work)
                slow = now() - begun > QUICK_SECONDS

    def _at_once(self, lease: Lease, work: Work) -> None:
        """Bring a job of a batch to its end beside the others."""
        run = partial(self._finish, lease, work)
        try:
            self._shared.threads.start(run, self.job_type, at_once=True)
        except (RuntimeError, MemoryError):
            run()

    def _works(self, batch: Sequence[Lease]) -> Sequence[Work | None]:
        """For each job of a batch, how it ends; None: it is run again, alone.

        All of a batch may run twice: a job whose outcome is not known after it is run again, and only how that ends
        counts.
        """
        if self._shared.stopping.is_set():
            return [self._give_back_unstarted] * len(batch)
        try:
            answer = self._invoked(batch)
        except (FunctionDied, InvocationTooLarge) as error:
            log.warning("%s jobs of type %s are run one by one: %s", len(batch), self.job_type, error)
            return [None] * len(batch)
        except NeverRan as error:
            return [partial(self._reports.give_back, why=str(error))] * len(batch)
        answers = read_answer(answer, [lease.job.key for lease in batch])
        return [
            partial(self._reports.answer, answer=one) if isinstance(one, Reported) else None
            for one in (answers[lease.job.key] for lease in batch)
        ]

    def _finish(self, lease: Lease, work: Work) -> None:
        """Run one job to its end, whatever happens: the slot comes back, the lock is let go."""
        finished = None
        try:
            finished = work(lease)
        except Exception:
            log.exception("job %s: a fault in the poller; its lock will run out", lease.job.key)
        finally:
            self._shared.answers.forget(lease)
            self._shared.leases.end(lease)
            self._tell(finished)
            self.slots.release(lease.size)

    def _tell(self, finished: Finished | None) -> None:
        if finished is not None:
            try:
                self._shared.observer(finished)
            except Exception:
                log.exception("an observer raised for job %s", finished.job.key)

    def _first(self, lease: Lease) -> Finished:
        """Run the function for a job that has just come, unless the poller stops meanwhile."""
        return self._give_back_unstarted(lease) if self._shared.stopping.is_set() else self._work(lease)

    def _work(self, lease: Lease) -> Finished:
        """Run the function for one job and report."""
        try:
            if self._shared.options.compatibility.job_timeout_header:
                apply_job_timeout(lease, self._shared.engine, self._shared.clock)
        except InvalidJobTimeout as error:
            return self._reports.fail(lease, str(error))
        except EngineRejected as error:
            if is_gone(error):
                return self._reports.finished(lease, "given back", str(error), Result.GONE)
            lasting = error.problem and error.status in LASTING
            return self._reports.fail(lease, str(error)) if lasting else self._reports.give_back(lease, str(error))
        return self._invoke(lease)

    def _invoke(self, lease: Lease) -> Finished:
        try:
            answer = self._invoked([lease])
        except NeverRan as error:
            return self._reports.give_back(lease, str(error))
        except InvocationTooLarge as error:
            return self._reports.fail(lease, str(error))
        except FunctionDied as error:
            return self._reports.died(lease, f"function {self._connector.name} {error}")
        return self._reports.answer(lease, read_answer(answer, [lease.job.key])[lease.job.key])

    def _invoked(self, batch: Sequence[Lease]) -> Any:
        """The function's answer to these jobs. Raises as the invoker does; the slots hear of it here."""
        jobs = [lease.job for lease in batch]
        invocation = {
            "v": VERSION,
            "clusterId": self._shared.options.cluster_id,
            "jobs": [job.to_wire() for job in jobs],
            "secretNames": {job.key: self._shared.options.names_for(job) for job in jobs},
        }
        try:
            answer = self._shared.invoker.invoke(self._connector, invocation, partial(self._shared.answers.keep, batch))
        except FunctionMissing as error:
            log.error("type %s is not asked for any more: %s", self.job_type, error)
            self._missing = True
            self.slots.close()
            raise
        except NeverRan:
            self.slots.refused()
            raise
        except FunctionDied:
            self.slots.ran(len(batch))
            raise
        self.slots.ran(len(batch))
        return answer

    def _give_back_unstarted(self, lease: Lease) -> Finished:
        return self._reports.give_back(lease, "the poller stops", 0)

    def _give_back_without_thread(self, lease: Lease) -> Finished:
        return self._reports.give_back(lease, "the poller has no thread for it")

    def _fault(self, lease: Lease, error: str) -> Finished:
        return self._reports.give_back(lease, f"a fault in the poller ({error})")
