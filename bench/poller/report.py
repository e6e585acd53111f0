"""What was found, as tables for people or as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

from bench.poller.contenders import CONTENDERS
from bench.poller.experiments import EXPERIMENTS
from bench.poller.rounds import Rounds
from bench.poller.targets import figures

WIDTH = 14


def machine(engine: str) -> str:
    """What it ran on, and how busy that is."""
    names = [line.partition(":")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    load = Path("/proc/loadavg").read_text().split()[0]
    return f"{len(names)} ×{names[0]}, Python {platform.python_version()}, {engine}, load before the run {load}"


def as_text(rounds: Rounds, ran_on: str) -> str:
    """A table for each experiment, then the targets."""
    return "\n".join([ran_on, *_tables(rounds), "", *_targets(rounds), *_skipped(rounds)])


def as_json(rounds: Rounds, ran_on: str) -> str:
    """Everything of every round; null is never."""
    found = {
        "machine": ran_on,
        "measured": rounds.measured,
        "targets": [figure.as_json() for figure in figures(rounds.measured)],
        "skipped": rounds.skipped,
    }
    return json.dumps(_finite(found), ensure_ascii=False, indent=2)


def _tables(rounds: Rounds) -> Iterator[str]:
    for name, experiment in EXPERIMENTS.items():
        rows = {one: found[name] for one, found in rounds.measured.items() if name in found}
        if rows:
            yield f"\n{experiment.title:36}" + "".join(f"{column:>{WIDTH}}" for column in experiment.columns)
            for contender, measured in rows.items():
                yield f"{CONTENDERS[contender].title:36}" + "".join(_cells(experiment.columns, measured))


def _cells(columns: Sequence[str], measured: Mapping[int, Mapping[str, float]]) -> Iterator[str]:
    for column in columns:
        value = median(one[column] for one in measured.values())
        yield f"{_number(value):>{WIDTH}}"


def _number(value: float) -> str:
    if not isfinite(value):
        return "never"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def _targets(rounds: Rounds) -> Iterator[str]:
    yield from (figure.as_line() for figure in figures(rounds.measured))


def _skipped(rounds: Rounds) -> Iterator[str]:
    yield from (f"not measured: {what}: {reason}" for what, reason in rounds.skipped.items())


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value
