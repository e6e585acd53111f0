"""One worker on one engine: what experiments do with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from time import perf_counter

from bench.poller.amounts import Amounts
from bench.poller.contenders import Contender
from bench.poller.engine import Engine, RunningEngine
from bench.poller.target import Target
from bench.poller.worker import Worker, working
from connector_sdk.errors import EngineError

START_SECONDS = 120.0
WARM_UP_SECONDS = 180.0
LOOK_SECONDS = 0.002
METRIC_SECONDS = 0.02
"""Between two looks at the engine's metric, which costs the engine a millisecond or two."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an experiment has found; `is_clean`: the worker has no jobs left, and the next experiment may have it."""

    measured: Mapping[str, float]
    is_clean: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """How many of a backlog's jobs were completed, in what time and with how much CPU."""

    of: int
    jobs: int
    seconds: float
    cpu_seconds: float
    engine_cpu_seconds: float

    @property
    def jobs_a_second(self) -> float:
        """None is none."""
        return self.jobs / self.seconds

    @property
    def cpu_ms(self) -> float:
        """The worker's for a job."""
        return self.cpu_seconds * 1000 / max(self.jobs, 1)

    @property
    def engine_cpu_ms(self) -> float:
        """The engine's for a job."""
        return self.engine_cpu_seconds * 1000 / max(self.jobs, 1)

    @property
    def is_all(self) -> bool:
        """Whether none is left."""
        return self.jobs >= self.of


Measured = dict[str, dict[str, dict[int, Mapping[str, float]]]]
"""What was found, by contender, experiment and the number of the round."""


class Run:
    """A worker that serves a type of its own."""

    def __init__(
        self, contender: Contender, engine: Engine, target: Target, worker: Worker, job_type: str, amounts: Amounts
    ) -> None:
        self.contender = contender
        self.engine = engine
        self.target = target
        self.worker = worker
        self.job_type = job_type
        self.amounts = amounts
        self.first_job_seconds = 0.0
        self._is_warm = False

    @property
    def patience(self) -> float:
        """Seconds for an experiment."""
        return self.amounts.slow_patience if self.contender.slow else self.amounts.patience

    def warm_up(self) -> None:
        """Let it do some jobs, once. Raises TimeoutError."""
        if self._is_warm:
            return
        amounts, contender = self.amounts, self.contender
        count = amounts.java_warm_up if contender.compiles_itself else amounts.warm_up
        count = amounts.slow_warm_up if contender.slow else count
        since = Since(self, "quick")
        self.engine.create(self.job_type, "quick", count)
        done, seconds = since.wait(count, WARM_UP_SECONDS)
        if done < count:
            raise TimeoutError(f"{done} of {count} jobs in {seconds:.0f} s of warming up")
        self._is_warm = True

    def work_off(self, kind: str, count: int) -> Done:
        """Make jobs while the worker is held, then let it run, as long as there is patience."""
        self.worker.hold()
        self.engine.create(self.job_type, kind, count)
        cpu, engine_cpu = self.worker.cpu_seconds(), self.engine.cpu_seconds()
        since = Since(self, kind)
        self.worker.go_on()
        done, seconds = since.wait(count, self.patience)
        return Done(count, done, seconds, self.worker.cpu_seconds() - cpu, self.engine.cpu_seconds() - engine_cpu)

    def answered_ms(self, kind: str = "quick") -> float:
        """How long an instance takes from its creation to its end; infinite if the engine gives up waiting (15 s)."""
        assert isinstance(self.engine, RunningEngine)
        begin = perf_counter()
        try:
            self.engine.create_one(self.job_type, kind, await_completion=True)
        except EngineError:  # 504; under load the gateway gives up with 502 as well
            return float("inf")
        return (perf_counter() - begin) * 1000


class Since:
    """Jobs of one kind from a moment on."""

    def __init__(self, run: Run, kind: str) -> None:
        self._run = run
        self._kind = kind
        self._begin = perf_counter()
        self._calls = run.target.calls(kind)
        self._completed = run.engine.completed(run.job_type)

    def called(self) -> int:
        """Jobs whose call has begun."""
        return self._run.target.calls(self._kind) - self._calls

    def completed(self) -> int:
        """By the engine, if it tells; else those that were called."""
        now = self._run.engine.completed(self._run.job_type)
        return self.called() if now is None or self._completed is None else now - self._completed

    def wait(self, count: int, seconds: float) -> tuple[int, float]:
        """Until so many are completed, or so much time has passed; says how many were, and the time."""
        calls, worker = self._run.contender.calls, self._run.worker
        wait_for(lambda: not calls or self.called() >= count, seconds, worker)
        wait_for(lambda: self.completed() >= count, seconds - (perf_counter() - self._begin), worker, METRIC_SECONDS)
        taken = perf_counter() - self._begin
        return self.completed(), taken


def wait_for(reached: Callable[[], bool], seconds: float, worker: Worker, look_seconds: float = LOOK_SECONDS) -> bool:
    """Whether it came true in time. Raises RuntimeError if the worker ends meanwhile."""
    pause, until = threading.Event(), perf_counter() + seconds
    while not (found := reached()) and perf_counter() < until:
        worker.check()
        pause.wait(look_seconds)
    return found


def percentile(values: list[float], share: float) -> float:
    """The smallest of the values that so many of them do not exceed."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


@contextmanager
def running(contender: Contender, engine: Engine, target: Target, job_type: str, amounts: Amounts) -> Iterator[Run]:
    """Start a worker with one job to do, wait until that has begun. Raises TimeoutError, PartMissing, CannotServe …"""
    launch = contender.launch(engine.addresses, job_type)
    engine.prepare(job_type, target)
    begun = target.calls("quick")
    engine.create(job_type, "quick", 1)
    with working(launch) as worker:
        run = Run(contender, engine, target, worker, job_type, amounts)

        def has_begun() -> bool:
            return target.calls("quick") > begun if contender.calls else bool(engine.completed(job_type))

        if not wait_for(has_begun, START_SECONDS, worker):
            raise TimeoutError(f"no job in {START_SECONDS:.0f} s: {worker.said()}")
        run.first_job_seconds = perf_counter() - worker.begin
        yield run
