"""The poller: a job worker for each type of each function, started and stopped together."""

from __future__ import annotations

import logging
import random as system_random
import threading
from collections.abc import Collection, Sequence

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.engine_client import EngineClient
from functions.runtime.poller.answers_in_flight import Answers
from functions.runtime.poller.backoff import Random
from functions.runtime.poller.commands import Commands, Wait
from functions.runtime.poller.figures import HEARTBEAT_SECONDS, Counts, Figures, Tell
from functions.runtime.poller.finished import Finished, Observer
from functions.runtime.poller.invokers import Invoker
from functions.runtime.poller.leases import Leases
from functions.runtime.poller.options import Options
from functions.runtime.poller.registry import Registered
from functions.runtime.poller.threads import Threads
from functions.runtime.poller.worker import JobWorker, Shared

log = logging.getLogger("connectors.poller")

STOP_MARGIN_SECONDS = 15.0
"""What a stop waits beside the longest function time-out, for polls and commands under way."""


class Poller:
    """Takes jobs for the given functions until it is stopped.

    Every job that the engine hands out ends in exactly one command, or in a lock that runs out:

    - The function answered: its completion, failure or error.
    - The function ran and died: failure, retries − 1. In a batch, whose jobs may all be repeated: each runs alone.
    - The function never ran: given back, retries unchanged.
    - The command was answered 404 or 409: somebody else was first; counted as `gone`.
    """

    def __init__(
        self,
        engine: EngineClient,
        registry: Sequence[Registered],
        invoker: Invoker,
        options: Options,
        *,
        clock: Clock | None = None,
        observer: Observer | None = None,
        random: Random = system_random.random,
        wait: Wait | None = None,
        tell: Tell | None = None,
    ) -> None:
        """`observer` is told of each finished job, `tell` how all are doing. `random` and `wait` are for tests."""
        self._clock = clock = clock or SystemClock()
        self._observer = observer
        self._spelled_only = options.secret_names is not None
        self._tell = tell
        self._counts = Counts()
        self.stopping = threading.Event()
        """Set once no more jobs are asked for."""
        self._stopped = threading.Event()
        self._leases, self._commands = Leases(engine, clock), Commands(engine, clock, random, wait)
        self._threads = Threads("job")
        self._longest = max((connector.timeout_seconds for connector in registry), default=0.0)
        shared = Shared(
            engine=engine,
            invoker=invoker,
            commands=self._commands,
            leases=self._leases,
            threads=self._threads,
            answers=Answers(options.answer_bytes_in_flight),
            clock=clock,
            random=random,
            observer=self._observe,
            stopping=self.stopping,
            options=options,
        )
        self._workers = _workers(registry, shared)
        self._polling: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to poll; returns at once."""
        if not self._spelled_only:
            log.warning(
                "which secrets a model spells is not known here: {{secrets.NAME}} is replaced wherever it stands in a "
                "job's variables, in data as well; SECURITY.md says what follows from that"
            )
        keeper = threading.Thread(target=self._leases.run, args=(self._stopped,), name="leases", daemon=True)
        self._polling = [
            threading.Thread(target=worker.run, name=f"poll {worker.job_type}", daemon=True) for worker in self._workers
        ]
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        for thread in (keeper, heart, *self._polling):
            thread.start()

    def stop(self, timeout_seconds: float | None = None) -> int:
        """Stop gracefully: activate no more, finish what runs, give back what was never started.

        Returns how many jobs still run after `timeout_seconds` (default: the longest function time-out and a margin);
        what they complete may still be reported, but no failure, so that their locks run out.
        """
        limit = self._longest + STOP_MARGIN_SECONDS if timeout_seconds is None else timeout_seconds
        clock = SystemClock()
        until = clock.monotonic() + limit
        self.stopping.set()
        for worker in self._workers:
            worker.slots.close()
        for thread in self._polling:
            thread.join(max(0.0, until - clock.monotonic()))
        left = sum(worker.slots.drained(max(0.0, until - clock.monotonic())) for worker in self._workers)
        self._stopped.set()
        self._commands.abandoned.set()
        self._threads.end()
        self._say()
        return left

    def run(self, until: threading.Event) -> int:
        """Poll until the event is set, then stop gracefully; returns what `stop` does."""
        self.start()
        try:
            until.wait()
        finally:
            left = self.stop()
        return left

    def counts(self) -> dict[str, int]:
        """How many jobs ended in each outcome, or in a command that was not taken: `gone`, `refused` or `lost`."""
        return self._counts.all()

    def figures(self) -> dict[str, Figures]:
        """How each job type is doing."""
        oldest = self._leases.oldest()
        return {
            worker.job_type: worker.figures(self._counts.of(worker.job_type), oldest.get(worker.job_type, 0.0))
            for worker in self._workers
        }

    def pause(self, names: Collection[str]) -> None:
        """Ask for no jobs of the connectors with these names, and for those of all others again."""
        for worker in self._workers:
            paused = worker.function in names
            if worker.slots.pause(paused):
                how = "is paused: {} gets no more jobs" if paused else "goes on: {} gets jobs again"
                log.info("%s %s", worker.job_type, how.format(worker.function))

    def _beat(self) -> None:
        while not self._clock.wait(self._stopped, HEARTBEAT_SECONDS):
            self._say()

    def _say(self) -> None:
        if self._tell is not None:
            try:
                self._tell(self.figures())
            except Exception:
                log.exception("the figures could not be told")

    def _observe(self, finished: Finished) -> None:
        self._counts.add(finished)
        if self._observer is not None:
            self._observer(finished)


def _workers(registry: Sequence[Registered], shared: Shared) -> list[JobWorker]:
    """One for each job type."""
    served = [(name, connector) for connector in registry for name in connector.types]
    slots = shared.options.slots(len(served))
    return [JobWorker(name, connector, own, shared) for (name, connector), own in zip(served, slots, strict=True)]
