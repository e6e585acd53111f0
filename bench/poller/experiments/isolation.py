"""A fast job type beside one whose calls hang, in one worker: 20 instances a second, alone and then together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from math import isfinite
from time import perf_counter

from bench.poller.run import Outcome, Run, percentile, wait_for

COLUMNS = ("alone p50 ms", "alone p99 ms", "beside p50 ms", "beside p99 ms", "answered", "hanging")
A_SECOND = 20
HANGING_SECONDS = 3.0
"""Until the worker has taken as many of the hanging jobs as it takes."""


def measure(run: Run) -> Outcome:
    """Each instance begins at its time, however long others take; without an end in 15 s it is not answered."""
    run.warm_up()
    alone = _fast(run)
    begun, count = run.target.calls("hanging"), run.amounts.hanging
    run.engine.create(run.job_type, "hanging", count)
    wait_for(lambda: run.target.calls("hanging") - begun >= count, HANGING_SECONDS, run.worker)
    hanging = run.target.calls("hanging") - begun
    beside = _fast(run)
    measured = {
        "alone p50 ms": percentile(alone, 0.5),
        "alone p99 ms": percentile(alone, 0.99),
        "beside p50 ms": percentile(beside, 0.5),
        "beside p99 ms": percentile(beside, 0.99),
        "answered": sum(map(isfinite, beside)),
        "hanging": hanging,
    }
    return Outcome(measured, is_clean=False)


def _fast(run: Run) -> list[float]:
    """Milliseconds of each."""
    count, pause, begin = run.amounts.fast, threading.Event(), perf_counter()
    with ThreadPoolExecutor(count) as pool:
        futures = []
        for number in range(count):
            pause.wait(max(0.0, begin + number / A_SECOND - perf_counter()))
            futures.append(pool.submit(run.answered_ms))
        return [future.result() for future in futures]
