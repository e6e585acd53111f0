"""What ours must reach, over Camunda's Java runtime in the same run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from bench.figures import Figure
from bench.poller.run import Measured

OURS = "ours"
BUNDLE, HUNDRED, LIMIT = "java", "java-100", "bare"


@dataclass(frozen=True, slots=True)
class Line:
    """A ratio: a column of ours over a peer's, or over another column of ours."""

    name: str
    experiment: str
    column: str
    over: str
    at_least: float | None = None
    at_most: float | None = None
    over_column: str | None = None


LINES = (
    Line("backlog, over the bundle", "backlog", "jobs/s", BUNDLE, at_least=1.3),
    Line("  or over no call, the limit", "backlog", "jobs/s", LIMIT, at_least=0.9),
    Line("CPU for a job", "backlog", "CPU ms", BUNDLE, at_most=0.5),
    Line("near-free engine, over 100 threads", "ceiling", "jobs/s", HUNDRED, at_least=1.4),
    Line("idle latency, p50", "latency", "p50 ms", BUNDLE, at_most=0.8),
    Line("  over no call, the limit", "latency", "p50 ms", LIMIT),
    Line("idle latency, p99", "latency", "p99 ms", BUNDLE, at_most=1.0),
    Line("start → first job", "start", "first job s", BUNDLE, at_most=0.1),
    Line("memory at rest", "start", "MB at rest", BUNDLE, at_most=0.2),
    Line("memory with 1 MB answers", "large", "peak MB", BUNDLE, at_most=0.2),
    Line("calls of 2 s, over the bundle", "two-seconds", "seconds", BUNDLE, at_most=0.1),
    Line("calls of 2 s, over 100 threads", "two-seconds", "seconds", HUNDRED, at_most=0.4),
    Line("p99 beside a hanging type, over alone", "isolation", "beside p99 ms", OURS, None, 1.2, "alone p99 ms"),
)


def is_compared(contender: str, experiment: str) -> bool:
    """Whether a line needs it: the others are measured once, to be looked at."""
    return any(line.experiment == experiment and contender in (OURS, line.over) for line in LINES)


def figures(measured: Measured) -> Iterator[Figure]:
    """The median of the ratios of the rounds that both have, for each line that was measured."""
    for line in LINES:
        own = measured.get(OURS, {}).get(line.experiment, {})
        others = measured.get(line.over, {}).get(line.experiment, {})
        column = line.over_column or line.column
        ratios = [own[number][line.column] / others[number][column] for number in own.keys() & others.keys()]
        if ratios:
            yield Figure(line.name, median(ratios), "times", at_least=line.at_least, at_most=line.at_most)
