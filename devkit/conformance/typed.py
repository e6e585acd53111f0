"""FEEL values as typed JSON and back, without loss: what recorded cases hold.

`{"@type": "date", "value": "2024-02-29"}`, and likewise time, date and time, and the two durations;
`{"@type": "range", "start": 1, "end": 5, "start included": true, "end included": false}`;
`{"@type": "function", "params": ["a"]}`. Everything else is plain JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.json import java_duration
from connector_sdk.feel.values import FAILED, Function, FunctionContext, Range, Value, from_python
from connector_sdk.feel.values.durations import DaysTimeDuration
from connector_sdk.feel.values.temporal_arithmetic import TEMPORAL_TYPES
from connector_sdk.feel.values.temporal_text import parse_date, parse_date_time, parse_duration, parse_time

_READERS: dict[str, Callable[[str], Value]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "years and months duration": parse_duration,
    "days and time duration": parse_duration,
}


def from_typed(typed: Any) -> Value:
    """The FEEL value of typed JSON. Raises FeelEvaluationError for a type or a text that is none."""
    if isinstance(typed, list):
        return [from_typed(item) for item in typed]
    if not isinstance(typed, dict):
        return from_python(typed)
    kind = typed.get("@type")
    if kind is None:
        return {key: from_typed(item) for key, item in typed.items()}
    if kind == "range":
        start, end = from_typed(typed["start"]), from_typed(typed["end"])
        return Range(start, end, typed["start included"], typed["end included"])
    if kind == "function":
        return Function(tuple(typed.get("params", ())), lambda values: None)
    read = _READERS.get(kind)
    value = read(typed["value"].removeprefix("+")) if read is not None else None
    if value is None:
        raise FeelEvaluationError(f"{typed!r} is not a typed FEEL value")
    return value


def to_typed(value: Value) -> Any:
    """Typed JSON; whole numbers are int, others float where that is exact and Decimal where it is not."""
    if isinstance(value, dict):
        functions = value.functions if isinstance(value, FunctionContext) else {}
        return {key: to_typed(item) for key, item in (*value.items(), *((k, fs[0]) for k, fs in functions.items()))}
    write = _WRITERS.get(type(value))
    return value if write is None else write(value)


def _range(value: Range) -> dict[str, Any]:
    return {
        "@type": "range",
        "start": to_typed(value.start),
        "end": to_typed(value.end),
        "start included": value.start_included,
        "end included": value.end_included,
    }


def _number(value: Decimal) -> int | float | Decimal:
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else value


_WRITERS: dict[type, Callable[[Any], Any]] = {
    Decimal: _number,
    list: lambda value: [to_typed(item) for item in value],
    Range: _range,
    Function: lambda value: {"@type": "function", "params": list(value.parameters)},
    type(FAILED): lambda value: None,
    **dict.fromkeys(TEMPORAL_TYPES, lambda value: {"@type": value.FEEL_TYPE, "value": str(value)}),
    DaysTimeDuration: lambda value: {"@type": value.FEEL_TYPE, "value": java_duration(value)},
}
