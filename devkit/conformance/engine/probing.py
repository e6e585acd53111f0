"""Looking inside the engine: the state of an instance, its elements, variables, incidents, user tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devkit.conformance.engine.matching import mismatch
from devkit.conformance.engine.names import Names
from devkit.conformance.engine.target import Failed, Probe


def look(probe: Probe, step: Mapping[str, Any], names: Names) -> None:
    """Look once; captures `incident`, `task`, or `el_<id>` for each element. Raises Failed."""
    kind = step["probe"]
    instance = names.fill(step.get("of", "${pi}"))
    want = names.fill(step["is"])
    if kind in ("incident", "usertask"):
        rows = probe.incidents(instance) if kind == "incident" else probe.user_tasks(instance)
        if not isinstance(want, list) and "$unordered" not in want:
            want = [want]
        _expect(kind, want, rows)
        key, name = ("incidentKey", "incident") if kind == "incident" else ("userTaskKey", "task")
        if rows:
            names.captured[step.get("as", name)] = rows[0][key]
    elif kind == "variables":
        scope = str(names.fill(step["scope"]) if "scope" in step else instance)
        rows = probe.variables(instance)
        _expect(kind, want, {row["name"]: row["value"] for row in rows if str(row["scopeKey"]) == scope})
    elif kind in ("state", "elements"):
        _elements(probe, kind, instance, want, names)
    else:
        raise Failed(f"unknown probe {kind}")


def _elements(probe: Probe, kind: str, instance: Any, want: Any, names: Names) -> None:
    rows = probe.elements(instance)
    if kind == "state":
        own = [row["state"] for row in rows if str(row["elementInstanceKey"]) == str(instance)]
        _expect(kind, want, own[0] if own else None)
        return
    states: dict[str, list[str]] = {}
    for row in rows:
        names.captured[f"el_{row['elementId']}"] = row["elementInstanceKey"]
        if str(row["elementInstanceKey"]) != str(instance):
            states.setdefault(row["elementId"], []).append(row["state"])
    _expect(kind, want, {name: each[0] if len(each) == 1 else sorted(each) for name, each in states.items()})


def _expect(kind: str, want: Any, got: Any) -> None:
    bad = mismatch(want, got)
    if bad is not None:
        raise Failed(f"{kind}: {bad}")
