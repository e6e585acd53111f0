"""Answers of 1 MB, of which the result is a count: the most memory that the worker takes."""

from __future__ import annotations

from bench.poller.run import Outcome, Run

COLUMNS = ("peak MB", "jobs/s", "CPU ms", "done")


def measure(run: Run) -> Outcome:
    """A backlog, as far as it gets in time."""
    run.warm_up()
    run.worker.forget_peak()
    done = run.work_off("large", run.amounts.large)
    found = (run.worker.peak_megabytes(), done.jobs_a_second, done.cpu_ms, done.jobs)
    return Outcome(dict(zip(COLUMNS, found, strict=True)), done.is_all)
