"""From the start of the worker's process to the call of its first job, and its memory after that."""

from __future__ import annotations

import threading

from bench.poller.run import Outcome, Run

COLUMNS = ("first job s", "MB at rest")
SETTLING_SECONDS = 0.5


def measure(run: Run) -> Outcome:
    """The job waited before the worker was started."""
    threading.Event().wait(SETTLING_SECONDS)
    return Outcome({"first job s": run.first_job_seconds, "MB at rest": run.worker.megabytes()})
