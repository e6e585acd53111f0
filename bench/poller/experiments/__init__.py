"""The experiments, by the names under which they are chosen, in the order in which a worker goes through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.poller.experiments import backlog, ceiling, isolation, large, latency, start, two_seconds
from bench.poller.run import Outcome, Run


@dataclass(frozen=True, slots=True)
class Experiment:
    """One question to a worker. Where contenders differ by far more than the noise, the first round will do."""

    title: str
    measure: Callable[[Run], Outcome]
    columns: tuple[str, ...]
    every_round: bool = False
    near_free: bool = False
    """On the near-free engine, with a worker of its own."""
    shows_limit: bool = False
    """A worker that calls nothing shows what the engine can give."""


EXPERIMENTS = {
    "start": Experiment("start → first job, and memory after it", start.measure, start.COLUMNS, every_round=True),
    "backlog": Experiment("backlog", backlog.measure, backlog.COLUMNS, every_round=True, shows_limit=True),
    "latency": Experiment(
        "one instance while idle", latency.measure, latency.COLUMNS, every_round=True, shows_limit=True
    ),
    "large": Experiment("answers of 1 MB", large.measure, large.COLUMNS),
    "two-seconds": Experiment("calls of 2 s", two_seconds.measure, two_seconds.COLUMNS),
    "isolation": Experiment("a fast type beside a hanging one", isolation.measure, isolation.COLUMNS),
    "ceiling": Experiment(
        "backlog on a near-free engine", ceiling.measure, ceiling.COLUMNS, every_round=True, near_free=True
    ),
}
