"""All of them: load scenarios, run each against an engine, compare with the transcript, count by topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from connector_sdk.clock import SystemClock
from devkit.conformance.engine.names import Names
from devkit.conformance.engine.scenario import Scenario
from devkit.conformance.engine.target import Target
from devkit.conformance.engine.transcript import Entry, asks_for_part, difference

Gold = Mapping[tuple[str, int], Entry]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a scenario went: `fault` is None if it passed, `lacking` names what it needs and the engine has not."""

    id: str
    topic: str
    fault: str | None = None
    lacking: tuple[str, ...] = ()
    log: Sequence[Entry] = ()


@dataclass(slots=True)
class Report:
    """Every outcome, in order."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.fault is not None]

    @property
    def skipped(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.lacking]

    def summary(self) -> str:
        """Passed of all for each topic, and the numbers together."""
        topics: dict[str, list[bool]] = {}
        for outcome in self.outcomes:
            if not outcome.lacking:
                topics.setdefault(outcome.topic, []).append(outcome.fault is None)
        counts = ", ".join(f"{topic} {sum(passed)}/{len(passed)}" for topic, passed in topics.items())
        failed, skipped = len(self.failed), len(self.skipped)
        return f"{counts}\n{len(self.outcomes) - failed - skipped} passed, {failed} failed, {skipped} skipped"


def load(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The scenarios of files and folders. Raises ValueError for two with one id."""
    files = [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    scenarios: dict[str, dict[str, Any]] = {}
    for file in files:
        document = yaml.safe_load(file.read_text("utf-8"))
        for spec in document["scenarios"]:
            if spec["id"] in scenarios:
                raise ValueError(f"{file}: two scenarios called {spec['id']}")
            processes = {**document.get("bpmn", {}), **spec.get("bpmn", {})}
            scenarios[spec["id"]] = {**spec, "topic": document["topic"], "bpmn": processes}
    return list(scenarios.values())


def run(
    scenarios: Iterable[Mapping[str, Any]], target: Target, gold: Gold | None = None, *, strict: bool = False
) -> Report:
    """Run scenarios against an engine; with `gold`, every answer is also compared with the recorded one."""
    tag = format(SystemClock().time_ms() // 100 % 36**5, "x")
    report = Report()
    for number, spec in enumerate(scenarios):
        report.outcomes.append(run_one(spec, target, f"-{tag}-{number}", gold or {}, strict=strict))
    return report


def run_one(spec: Mapping[str, Any], target: Target, unique: str, gold: Gold, *, strict: bool = False) -> Outcome:
    """Run one scenario; `unique` is the suffix of its names."""
    lacking = tuple(need for need in spec.get("needs", ()) if not target.has(need))
    if lacking:
        return Outcome(spec["id"], spec["topic"], lacking=lacking)
    scenario = Scenario(spec, target, Names(target, unique))
    fault = scenario.run() or _first_difference(spec, scenario.log, gold, strict)
    return Outcome(spec["id"], spec["topic"], fault, log=scenario.log)


def _first_difference(spec: Mapping[str, Any], log: Iterable[Entry], gold: Gold, strict: bool) -> str | None:
    for entry in log:
        recorded = gold.get((entry["scenario"], entry["step"]))
        if recorded is None or "status" not in recorded or "status" not in entry:
            continue
        part = asks_for_part(spec["steps"][entry["step"]])
        found = difference(recorded, entry, strict=strict, part=part)
        if found is not None:
            return f"step {entry['step']} {entry['request']}: differs from the transcript\n      {found}"
    return None
