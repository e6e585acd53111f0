"""One run over recorded cases: read, produce results, compare, count by group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from connector_sdk.errors import SdkError
from devkit.conformance import json_lines
from devkit.conformance.report import Difference, Report, Tally

Case = Mapping[str, Any]
Result = Mapping[str, Any]

KINDS = ("feel", "jobs", "inbound", "templates", "engine")
"""What can be asked for. `engine` takes scenarios instead of cases."""


MEMBERS: Mapping[str, frozenset[str]] = {
    "feel": frozenset({"kind", "expression", "outcome"}),
    "jobs": frozenset({"job", "requests", "outcome"}),
    "inbound": frozenset({"transport", "deployments", "request"}),
    "templates": frozenset({"template", "values"}),
}
"""By which a case of each kind is known."""


Watch = Callable[[Iterable[Result], int], Iterable[Result]]
"""Passes results on while they are produced, knowing how many there will be."""


def _unwatched(produced: Iterable[Result], number: int) -> Iterable[Result]:
    return produced


class UnknownKind(SdkError):
    """There are no recorded cases of that kind."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The three questions that each kind's comparer answers."""

    group: Callable[[Case], str]
    skipped: Callable[[Case], str | None]
    difference: Callable[[Case, Result], str | None]
    improvement: Callable[[Case, Result], str | None]
    """The name of the documented rule that makes a difference, if one does."""


def judge(kind: str, cases_file: Path, results_file: Path | None = None, watch: Watch = _unwatched) -> Report:
    """Run every case of a file and compare; write each raw result as a JSON line if a file is given.

    Cases that the comparer leaves out are still run, so that `results_file` is complete.
    Raises UnknownKind or UnusableFile, for templates ModelerUnavailable.
    """
    if kind == "engine":
        scenarios: Callable[[Path, Path | None], Report] = import_module("devkit.conformance.scenarios").judge
        return scenarios(cases_file, results_file)
    run, comparer = _implementation(kind)
    cases = json_lines.read(cases_file)
    _require(kind, cases, cases_file)
    produced = watch(run(cases), len(cases))
    results = {one["id"]: one for one in (json_lines.write(produced, results_file) if results_file else produced)}
    report = Report()
    for case in cases:
        _count(case, results.get(case["id"]), comparer, report)
    return report


def _implementation(kind: str) -> tuple[Callable[[Iterable[Case]], Iterable[Result]], Judge]:
    if kind not in KINDS:
        raise UnknownKind(f"there are no recorded cases of the kind {kind!r}; kinds are {', '.join(KINDS)}")
    compare = import_module(f"devkit.conformance.compare.{kind}")
    run: Callable[[Iterable[Case]], Iterable[Result]] = import_module(f"devkit.conformance.{kind}").results
    return run, Judge(compare.group, compare.skipped, compare.difference, _improvements(kind))


def _improvements(kind: str) -> Callable[[Case, Result], str | None]:
    if kind == "jobs":
        improvement: Callable[[Case, Result], str | None] = import_module("devkit.conformance.improvements").improvement
        return improvement
    if kind == "inbound":
        rules = import_module("devkit.conformance.inbound_improvements")
        return lambda case, _: next((name for name in rules.IMPROVEMENTS if rules.named(case["id"]) == name), None)
    return lambda case, result: None


def _require(kind: str, cases: Sequence[Case], file: Path) -> None:
    if not cases:
        raise json_lines.UnusableFile(f"{file} holds no cases: name a file with recorded ones")
    strange = next((case for case in cases if not MEMBERS[kind] <= case.keys()), None)
    if strange is not None:
        like = [name for name, members in MEMBERS.items() if members <= strange.keys()]
        hint = f"; they look like those of `connectors conformance {like[0]}`" if like else "; name a file of its own"
        raise json_lines.UnusableFile(f"{file} holds no cases of the kind {kind!r} ({strange['id']}){hint}")


def _count(case: Case, result: Result | None, comparer: Judge, report: Report) -> None:
    group = comparer.group(case)
    tally = report.groups.setdefault(group, Tally())
    if comparer.skipped(case) or (result is not None and "skip" in result):
        tally.skipped += 1
        return
    found = "there is no result" if result is None else comparer.difference(case, result)
    if found is None:
        tally.same += 1
    elif result is not None and comparer.improvement(case, result):
        tally.improved += 1
    else:
        tally.differ += 1
        report.differences.append(Difference(str(case["id"]), group, found))
