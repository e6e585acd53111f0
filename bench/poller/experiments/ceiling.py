"""What the worker can do by itself: a backlog on an engine that costs next to nothing."""

from __future__ import annotations

from bench.poller.experiments.backlog import COLUMNS, of_jobs
from bench.poller.run import Outcome, Run

__all__ = ["COLUMNS", "measure"]


def measure(run: Run) -> Outcome:
    """More jobs than elsewhere, for they are made at once."""
    return of_jobs(run, run.amounts.slow_backlog if run.contender.slow else run.amounts.near_free)
