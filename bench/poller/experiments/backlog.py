"""Jobs a second from a backlog, made while the worker is held, and what a job costs worker and engine."""

from __future__ import annotations

from bench.poller.run import Outcome, Run

COLUMNS = ("jobs/s", "CPU ms", "engine CPU ms", "done")


def measure(run: Run) -> Outcome:
    """On an engine with processes."""
    return of_jobs(run, run.amounts.slow_backlog if run.contender.slow else run.amounts.backlog)


def of_jobs(run: Run, count: int) -> Outcome:
    """The end is the engine's completion of the last job. Raises TimeoutError if none is completed."""
    run.warm_up()
    done = run.work_off("quick", count)
    if not done.jobs:
        raise TimeoutError(f"not one job in {done.seconds:.0f} s")
    found = (done.jobs_a_second, done.cpu_ms, done.engine_cpu_ms, done.jobs)
    return Outcome(dict(zip(COLUMNS, found, strict=True)), done.is_all)
