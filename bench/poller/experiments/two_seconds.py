"""Calls that take two seconds each: how long a backlog of them takes."""

from __future__ import annotations

from bench.poller.run import Outcome, Run

COLUMNS = ("seconds", "done")


def measure(run: Run) -> Outcome:
    """Where patience ends before the jobs do, the time is that of all at the same rate; `done` says of how many."""
    done = run.work_off("slow", run.amounts.two_seconds)
    seconds = done.seconds * done.of / done.jobs if done.jobs else float("inf")
    return Outcome({"seconds": seconds, "done": done.jobs}, done.is_all)
