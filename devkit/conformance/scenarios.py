"""The recorded scenarios of a real engine, run on the development engine and counted like every other kind.

For other engines, with their clocks and probes: `python -m devkit.conformance.engine`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from devkit.conformance import json_lines
from devkit.conformance.engine.runner import Outcome, load, run_one
from devkit.conformance.engine.target import Target, clock_of, probe_of
from devkit.conformance.engine.transcript import read_transcript
from devkit.conformance.report import Difference, Report, Tally
from devkit.engine import server

TRANSCRIPT = "transcript.jsonl.gz"
"""What the real engine answered; compared as well if it lies in the folder of the scenarios or the one above."""
PATIENCE_SECONDS = 2


def judge(scenarios: Path, results_file: Path | None) -> Report:
    """Run a scenario file or a folder of them. Raises UnusableFile."""
    outcomes = list(_outcomes(scenarios))
    if results_file is not None:
        for _ in json_lines.write(map(_result, outcomes), results_file):
            pass
    report = Report()
    for outcome in outcomes:
        tally = report.groups.setdefault(outcome.topic, Tally())
        if outcome.lacking:
            tally.skipped += 1
        elif outcome.fault is None:
            tally.same += 1
        else:
            tally.differ += 1
            report.differences.append(Difference(outcome.id, outcome.topic, outcome.fault))
    return report


def _outcomes(path: Path) -> Iterator[Outcome]:
    specs = _load(path)
    folders = (path if path.is_dir() else path.parent, path.parent, path.parent.parent)
    transcript = next((folder / TRANSCRIPT for folder in folders if (folder / TRANSCRIPT).is_file()), None)
    gold = read_transcript(transcript) if transcript else {}
    with server.start() as running:
        base = f"{running.address}/v2"
        target = Target(base, clock_of("v2", base), probe_of("v2", base), settle=0, patience=PATIENCE_SECONDS)
        for number, spec in enumerate(specs):
            yield run_one(spec, target, f"-c-{number}", gold)


def _load(path: Path) -> list[dict[str, Any]]:
    try:
        empty = path.is_file() and path.stat().st_size == 0
        specs = [] if empty else load([path])
    except OSError as error:
        raise json_lines.UnusableFile(f"{path} cannot be read: {error.strerror or error}") from error
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise json_lines.UnusableFile(
            f"{path} does not hold scenarios: {error}; name a .yaml file or a folder of them"
        ) from error
    if not specs:
        raise json_lines.UnusableFile(f"{path} holds no scenarios: name a .yaml file or a folder of them")
    return specs


def _result(outcome: Outcome) -> Mapping[str, Any]:
    return {"id": outcome.id, "topic": outcome.topic, "fault": outcome.fault, "lacking": list(outcome.lacking)}
