"""How long an instance takes while nothing else is to be done, from its creation to its end."""

from __future__ import annotations

import threading
from random import Random
from time import perf_counter

from bench.poller.run import Outcome, Run, percentile

COLUMNS = ("p50 ms", "p99 ms", "measured")
PAUSE_SECONDS = (0.01, 0.03)
"""Between two instances, at random: a worker's own rhythm must not meet ours."""


def measure(run: Run) -> Outcome:
    """One instance after the other, as many as there is time for."""
    found = [milliseconds for _, milliseconds in instances(run)]
    return Outcome({"p50 ms": percentile(found, 0.5), "p99 ms": percentile(found, 0.99), "measured": len(found)})


def instances(run: Run) -> list[tuple[float, float]]:
    """When each was created (by perf_counter), and how many milliseconds it took."""
    run.warm_up()
    pauses, pause = Random(7), threading.Event()  # noqa: S311 - no secret
    until = perf_counter() + run.patience
    found: list[tuple[float, float]] = []
    while len(found) < run.amounts.latencies and perf_counter() < until:
        pause.wait(pauses.uniform(*PAUSE_SECONDS))
        begin = perf_counter()
        found.append((begin, run.answered_ms()))
    return found
