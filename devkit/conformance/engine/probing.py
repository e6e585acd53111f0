"""Looking inside the engine: the state of an instance, its elements, variables, incidents, user tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devkit.conformance.engine.matching import mismatch
from devkit.conformance.engine.names import Names
from devkit.conformance.engine.target import Failed, Probe

_SHOWN = ("incidentKey", "errorType", "errorMessage", "elementId", "userTaskKey", "state", "assignee")
_KEYS = {"incident": ("incidentKey", "incident"), "usertask": ("userTaskKey", "task")}


def look(probe: Probe, step: Mapping[str, Any], names: Names) -> Any:
    """Look once, and give what was seen; captures `incident`, `task`, or `el_<id>` for each element. Raises Failed."""
    kind = step["probe"]
    if kind not in _KINDS:
        raise Failed(f"unknown probe {kind}")
    return _KINDS[kind](probe, step, names, names.fill(step.get("of", "${pi}")))


def _rows(probe: Probe, step: Mapping[str, Any], names: Names, instance: Any) -> Any:
    """Incidents or user tasks: one, or a list."""
    kind = step["probe"]
    rows = probe.incidents(instance) if kind == "incident" else probe.user_tasks(instance)
    want = names.fill(step["is"])
    _expect(kind, want if isinstance(want, list) or "$unordered" in want else [want], rows)
    key, name = _KEYS[kind]
    if rows:
        names.captured[step.get("as", name)] = rows[0][key]
    return [{name: row[name] for name in _SHOWN if name in row} for row in rows]


def _variables(probe: Probe, step: Mapping[str, Any], names: Names, instance: Any) -> Any:
    scope = str(names.fill(step["scope"]) if "scope" in step else instance)
    seen = {row["name"]: row["value"] for row in probe.variables(instance) if str(row["scopeKey"]) == scope}
    _expect("variables", names.fill(step["is"]), seen)
    return seen


def _state(probe: Probe, step: Mapping[str, Any], names: Names, instance: Any) -> Any:
    own = [row["state"] for row in probe.elements(instance) if str(row["elementInstanceKey"]) == str(instance)]
    state = own[0] if own else None
    _expect("state", names.fill(step["is"]), state)
    return state


def _elements(probe: Probe, step: Mapping[str, Any], names: Names, instance: Any) -> Any:
    states: dict[str, list[str]] = {}
    for row in probe.elements(instance):
        names.captured[f"el_{row['elementId']}"] = row["elementInstanceKey"]
        if str(row["elementInstanceKey"]) != str(instance):
            states.setdefault(row["elementId"], []).append(row["state"])
    seen = {name: each[0] if len(each) == 1 else sorted(each) for name, each in states.items()}
    _expect("elements", names.fill(step["is"]), seen)
    return seen


_KINDS = {
    "incident": _rows,
    "usertask": _rows,
    "variables": _variables,
    "state": _state,
    "elements": _elements,
}


def _expect(kind: str, want: Any, got: Any) -> None:
    bad = mismatch(want, got)
    if bad is not None:
        raise Failed(f"{kind}: {bad}")
