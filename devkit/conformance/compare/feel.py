"""FEEL results against what feel-scala answered.

A case agrees when the outcome is the same and then the value; an expression of a connector property by the JSON that
it is written as. Temporal values compare by value (PT36H is P1DT12H), zones by name, numbers exactly; where
feel-scala computes in doubles (sqrt, log, exp, stddev, `**`) and in written JSON, within 1e-9.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

INEXACT = re.compile(r"sqrt|log|exp|stddev|\*\*")
TOLERANCE = Decimal("1e-9")

_TIME = re.compile(r"^T?(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(.*)$")
_ZONE = re.compile(r"^([+-]\d\d:\d\d(?::\d\d)?|Z|z)(?:\[(.+)\])?$")
_ZERO_OFFSET = re.compile(r"^(Z|z|[+-]00:00(:00)?)$")
_MONTHS = re.compile(r"^(-)?P(?:(-?\d+)Y)?(?:(-?\d+)M)?$")
_SECONDS = re.compile(r"^(-)?P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d*\.?\d*)S)?)?$")


def group(case: Mapping[str, Any]) -> str:
    """The area of the language."""
    return str(case["area"])


def skipped(case: Mapping[str, Any]) -> str | None:
    """Errors that are accidents of Scala or Java are nobody's rule."""
    return "an accident of the host language" if case.get("host_exception") else None


def difference(case: Mapping[str, Any], result: Mapping[str, Any]) -> str | None:
    """What differs, or None."""
    outcome = result.get("outcome")
    if outcome != case["outcome"]:
        return f"{case['expression']!r}: {outcome}, expected {case['outcome']} {_text(case.get('expected'))}".rstrip()
    if case["kind"] == "connector" and case.get("json") is not None:
        return _json_difference(case, result.get("json"))
    if outcome != "value":
        return None
    tolerance = TOLERANCE if INEXACT.search(case["expression"]) else Decimal(0)
    if _same(_canonical(case["expected"]), _canonical(result.get("expected")), tolerance):
        return None
    return f"{case['expression']!r}: {_text(result.get('expected'))}, expected {_text(case['expected'])}"


def _json_difference(case: Mapping[str, Any], written: Any) -> str | None:
    try:
        expected, actual = (json.loads(text, parse_float=Decimal) for text in (case["json"], written))
    except (TypeError, ValueError):
        return f"{case['expression']!r}: {written!r} is no JSON, expected {case['json']}"
    if _same(_canonical(expected), _canonical(actual), TOLERANCE):
        return None
    return f"{case['expression']!r}: {written}, expected {case['json']}"


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)[:300]


def _canonical(value: Any) -> Any:
    """A value in which equal means the same: tuples begin with their type, numbers are decimals."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, dict):
        kind = value.get("@type")
        if kind is None:
            return {key: _canonical(item) for key, item in value.items()}
        text = isinstance(value.get("value"), str)
        return (_WRITTEN.get(kind, _unknown) if text else _BUILT.get(kind, _unknown))(value)
    return value


def _date(typed: Mapping[str, Any]) -> Any:
    return ("date", str(typed["value"]).lstrip("+"))


def _time(typed: Mapping[str, Any]) -> Any:
    return ("time", *_time_parts(typed["value"]))


def _date_and_time(typed: Mapping[str, Any]) -> Any:
    date, _, time = typed["value"].partition("T")
    return ("date and time", date, *_time_parts(time or "00:00:00"))


def _months(typed: Mapping[str, Any]) -> Any:
    found = _MONTHS.match(typed["value"])
    if not found:
        return _unknown(typed)
    months = int(found[2] or 0) * 12 + int(found[3] or 0)
    return ("years and months duration", -months if found[1] else months)


def _seconds(typed: Mapping[str, Any]) -> Any:
    found = _SECONDS.match(typed["value"])
    if not found:
        return _unknown(typed)
    try:
        days, hours, minutes, seconds = (Decimal(part or 0) for part in found.groups()[1:])
    except InvalidOperation:
        return _unknown(typed)
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return ("days and time duration", -total if found[1] else total)


def _range(typed: Mapping[str, Any]) -> Any:
    ends = (_canonical(typed.get("start")), _canonical(typed.get("end")))
    return ("range", *ends, typed.get("start included"), typed.get("end included"))


def _function(_typed: Mapping[str, Any]) -> Any:
    return ("function",)


def _unknown(typed: Mapping[str, Any]) -> Any:
    return ("?", typed["@type"], str(typed.get("value")))


_WRITTEN: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "date": _date,
    "time": _time,
    "date and time": _date_and_time,
    "years and months duration": _months,
    "days and time duration": _seconds,
}
"""By the value of `@type`: what is written as a text."""
_BUILT: dict[str, Callable[[Mapping[str, Any]], Any]] = {"range": _range, "function": _function}


def _time_parts(text: str) -> tuple[str, ...]:
    found = _TIME.match(text)
    if not found:
        return ("?", text)
    hours, minutes, seconds, fraction, zone = found.groups()
    return (hours, minutes, seconds or "00", (fraction or "").rstrip("0").rstrip("."), _zone(zone.strip()))


def _zone(text: str) -> str:
    found = _ZONE.match(text)
    if not found:
        return "@" + text[1:-1] if text.startswith("[") else text
    offset, name = found.groups()
    if name and name != "Z":
        return f"@{name}"
    if _ZERO_OFFSET.match(offset):
        return "Z"
    return offset.removesuffix(":00") if len(offset) == len("+01:00:00") else offset


def _same(expected: Any, actual: Any, tolerance: Decimal) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return expected == actual or _near(expected, actual, tolerance)
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, list | tuple):
        pairs = zip(expected, actual, strict=False)
        return len(expected) == len(actual) and all(_same(one, other, tolerance) for one, other in pairs)
    if isinstance(expected, dict):
        return expected.keys() == actual.keys() and all(
            _same(expected[key], actual[key], tolerance) for key in expected
        )
    return bool(expected == actual)


def _near(expected: Decimal, actual: Decimal, tolerance: Decimal) -> bool:
    if not tolerance or not expected.is_finite() or not actual.is_finite():
        return False
    return abs(expected - actual) <= tolerance * max(Decimal(1), abs(expected), abs(actual))
