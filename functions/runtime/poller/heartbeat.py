"""A deployed poller's metrics, each minute: for the whole stack, and only what is not zero, since each one costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.metrics import embedded, emit
from functions.runtime.poller.figures import Figures

COUNTED = {
    "JobsActivated": "activated",
    "JobsCompleted": "completed",
    "JobsFailed": "failed",
    "JobErrors": "errors",
    "JobsGivenBack": "given_back",
    "JobsLate": "late",
    "JobsRefused": "refused",
    "JobsLost": "lost",
}
"""Metric → what of the figures is counted; its value is what has come since the last minute."""


class Heartbeat:
    """Told of the figures, writes them as metrics with the dimension `Stack`."""

    def __init__(self, stack: str, write: Callable[[str], None] = emit, clock: Clock | None = None) -> None:
        self._stack = stack
        self._write = write
        self._clock: Clock = clock or SystemClock()
        self._said: dict[str, int] = {}

    def __call__(self, figures: Mapping[str, Figures]) -> None:
        for metric, name in COUNTED.items():
            total = sum(getattr(one, name) for one in figures.values())
            self._metric(metric, total - self._said.get(metric, 0), "Count")
            self._said[metric] = total
        self._metric("FunctionsMissing", sum(one.state == "missing" for one in figures.values()), "Count")
        self._metric("JobsInFlight", sum(one.in_flight for one in figures.values()), "Count")
        self._metric("OldestJobSeconds", max((one.oldest_seconds for one in figures.values()), default=0.0), "Seconds")

    def _metric(self, name: str, value: float, unit: str) -> None:
        if value:
            self._write(embedded(name, value, unit, {"Stack": self._stack}, self._clock.time_ms()))
