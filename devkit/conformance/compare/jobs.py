"""Outbound jobs against Camunda's Java connector runtime: the requests it sent and the command it gave back.

Only what a case's `compare` names is judged. Numbers are equal by value or as doubles (the Java client rounds them);
bodies as JSON, as form pairs in any order, or byte for byte; headers by name, with the values in their order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

CLIENTS_OWN = frozenset({"host", "connection", "user-agent", "content-length", "accept-encoding", "transfer-encoding"})
"""Headers that every HTTP client chooses for itself; judged only if the case recorded them."""
MISSING = "<missing>"
_BOUNDARY = re.compile(r'boundary="?([^";\s]+)"?')
_BOUNDARY_MARK = "{{BOUNDARY}}"
_ABSENT_AS: dict[str, Any] = {"variables": {}, "retryBackOff": 0}


def group(case: Mapping[str, Any]) -> str:
    """The case's own group, or the template's id."""
    return str(case.get("group") or case.get("template"))


def skipped(case: Mapping[str, Any]) -> str | None:
    """Features that the recorded runtime does not have, and outcomes that only a Java error decided."""
    if case.get("newer"):
        return "newer than the recorded runtime"
    return "an accident of the host language" if case.get("accident") else None


def difference(case: Mapping[str, Any], result: Mapping[str, Any]) -> str | None:
    """What differs, or None."""
    expected, actual = case["outcome"], result.get("outcome") or {}
    for field in case["compare"]:
        if field == "requests":
            found = _requests_differ(case["requests"], result.get("requests") or [])
        elif field == "command":
            found = _unequal("command", expected["command"], actual.get("command"))
        else:
            found = _unequal(field, _pick(expected.get("body"), field), _pick(actual.get("body"), field))
        if found:
            return found
    shown = json.dumps(actual, default=str, ensure_ascii=False)
    return next(
        (f"the outcome shows the secret value {value!r}" for value in case.get("absent", ()) if value in shown), None
    )


def _unequal(field: str, expected: Any, actual: Any) -> str | None:
    if _same(expected, actual):
        return None
    return f"{field} {_text(actual)}, expected {_text(expected)}"


def _text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)[:300]


def _pick(body: Mapping[str, Any] | None, path: str) -> Any:
    value: Any = body or {}
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return _ABSENT_AS.get(path, MISSING)
        value = value[part]
    return _ABSENT_AS[path] if value is None and path in _ABSENT_AS else value


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, int | float | Decimal) and isinstance(actual, int | float | Decimal):
        return expected == actual or float(expected) == float(actual)
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, dict):
        return expected.keys() == actual.keys() and all(_same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, list):
        return len(expected) == len(actual) and all(map(_same, expected, actual))
    return bool(expected == actual)


def _requests_differ(expected: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]]) -> str | None:
    if len(expected) != len(actual):
        return f"number of requests {len(actual)}, expected {len(expected)}"
    pairs = enumerate(zip(expected, actual, strict=True))
    return next((found for number, (one, other) in pairs if (found := _request_differs(number, one, other))), None)


def _request_differs(number: int, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> str | None:
    recorded = {name.lower() for name, _ in expected["headers"]}
    parts = {name: (expected.get(name), actual.get(name)) for name in ("method", "path", "query", "bodyEncoding")}
    parts["headers"] = (_headers(expected, recorded), _headers(actual, recorded))
    parts["body"] = (_body(expected), _body(actual))
    return next((f"request {number} {found}" for name, pair in parts.items() if (found := _unequal(name, *pair))), None)


def _headers(request: Mapping[str, Any], recorded: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in request.get("headers", ()):
        lower = name.lower()
        if lower not in CLIENTS_OWN or lower in recorded:
            found.setdefault(lower, []).append(_BOUNDARY.sub(f"boundary={_BOUNDARY_MARK}", value))
    return found


def _body(request: Mapping[str, Any]) -> Any:
    text: str = request.get("body") or ""
    content_type = next((value for name, value in request.get("headers", ()) if name.lower() == "content-type"), "")
    if "x-www-form-urlencoded" in content_type.lower() and "=" in text and not text.startswith(("{", "[")):
        pairs = sorted([name, value] for name, value in parse_qsl(text, keep_blank_values=True))
        return [pairs, [part for part in text.split("&") if "=" not in part]]
    if text.startswith(("{", "[")):
        try:
            return json.loads(text, parse_float=Decimal)
        except ValueError:
            return text
    boundary = _BOUNDARY.search(content_type)
    return text.replace(boundary[1], _BOUNDARY_MARK) if boundary else text
