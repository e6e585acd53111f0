"""FEEL values as JSON, in the two ways that Camunda writes them, and the text of `to json()`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import isfinite

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_DEPTH, MAX_WRITTEN_VALUES
from connector_sdk.feel.member_order import member_order
from connector_sdk.feel.values import FAILED, BeyondDouble, Function, Range, Value
from connector_sdk.feel.values.calendar import NANOS_PER_SECOND
from connector_sdk.feel.values.dates import Date, DateTime, LocalDateTime, year_text
from connector_sdk.feel.values.durations import DaysTimeDuration, YearsMonthsDuration, remainder, truncated
from connector_sdk.feel.values.nested import TOO_DEEP, rebuilt
from connector_sdk.feel.values.times import LocalTime, Time, time_text
from connector_sdk.feel.values.zones import offset_text
from connector_sdk.feel.writing import Characters, feel_text, range_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    _Form = Callable[[Any], str | None]

_LONG_BITS = 64
_LONG = 1 << (_LONG_BITS - 1)


def connector_json(value: Value) -> Any:
    """As Camunda's connector runtime 8.8 writes it (Jackson with java.time).

    Whole numbers within a long are int, all others double; functions vanish from contexts, ranges are null; a date and
    time keeps its offset and loses its zone, durations are Java's (`PT36H`).
    Raises FeelEvaluationError for a value that is too large or nested too deeply.
    """
    return _written(_ConnectorWriter(), value)


def engine_json(value: Value) -> Any:
    """As Zeebe 8.6 writes variables: java.time's own texts (`10:00`, `2024-02-29T10:00Z`, `PT24H`).

    Whole numbers beyond a long lose their high bits, and larger contexts come in the order of `member_order`. Raises
    FeelEvaluationError for a value that is too large or nested too deeply.
    """
    return _written(_EngineWriter(), value)


def _written(writer: _ConnectorWriter, value: Value) -> Any:
    try:
        return writer.write(value)
    except RecursionError:
        writer.written = writer.depth = 0
        return rebuilt(value, writer.write, writer.members)


def to_json_text(value: Value) -> str:
    """What `to json()` makes of a value."""
    return _TextWriter().text(value)


def _number(value: Decimal) -> int | float | BeyondDouble:
    """What no double can hold is a text, as Jackson writes it."""
    if -_LONG <= value < _LONG and value == value.to_integral_value():
        return int(value)
    number = float(value)
    return number if isfinite(number) else BeyondDouble("Infinity" if number > 0 else "-Infinity")


def _engine_number(value: Decimal) -> int | float:
    """Zeebe keeps the low 64 bits of a whole number, as Java's `longValue` does."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= _LONG_BITS:
        return 0  # a multiple of 2**64, whose digits need not be written out
    if value == value.to_integral_value():
        return (int(value) + _LONG) % (2 * _LONG) - _LONG
    return float(value)


class _ConnectorWriter:
    __slots__ = ("depth", "written")

    def __init__(self) -> None:
        self.depth = self.written = 0

    def count(self) -> None:
        self.written += 1
        if self.written > MAX_WRITTEN_VALUES:
            raise FeelEvaluationError(f"the result has more than {MAX_WRITTEN_VALUES} values")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelEvaluationError(TOO_DEEP)

    def write(self, value: Value) -> Any:
        self.count()
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, Decimal):
            return _number(value)
        if not isinstance(value, list | dict):
            return self.other(value)
        self.deeper()
        written: Any = (
            [self.write(item) for item in value]
            if isinstance(value, list)
            else {key: self.write(item) for key, item in self.members(value)}
        )
        self.depth -= 1
        return written

    def members(self, value: dict[str, Value]) -> list[tuple[str, Value]]:
        """A context's values, without its functions."""
        return [(key, item) for key, item in value.items() if not isinstance(item, Function)]

    def other(self, value: Value) -> Any:
        return _CONNECTOR_FORMS.get(type(value), str)(value)


class _EngineWriter(_ConnectorWriter):
    __slots__ = ()

    def write(self, value: Value) -> Any:
        if isinstance(value, Decimal):
            self.count()
            return _engine_number(value)
        return super().write(value)

    def members(self, value: dict[str, Value]) -> list[tuple[str, Value]]:
        return [(key, value[key]) for key in member_order(value) if not isinstance(value[key], Function)]

    def other(self, value: Value) -> Any:
        return _ENGINE_FORMS.get(type(value), str)(value)


class _TextWriter(_ConnectorWriter):
    __slots__ = ("characters",)

    def __init__(self) -> None:
        super().__init__()
        self.characters = Characters()

    def text(self, value: Value) -> str:
        self.count()
        if isinstance(value, list):
            return f"[{','.join(map(self.text, value))}]"
        if isinstance(value, dict):
            self.characters.count(*value)
            return "{" + ",".join(f"{quoted(key)}:{self.text(item)}" for key, item in value.items()) + "}"
        if value is None or isinstance(value, bool):
            return "null" if value is None else "true" if value else "false"
        if isinstance(value, Decimal):
            return str(value)
        text = value if isinstance(value, str) else self.inner(value)
        self.characters.count(text)
        return quoted(text)

    def inner(self, value: Value) -> str:
        if isinstance(value, Range):
            return range_text(value, lambda bound: self.inner(bound) if not isinstance(bound, Decimal) else str(bound))
        if isinstance(value, DateTime):
            return f"{value.local}{offset_text(value.offset)}" + (f"[{value.zone}]" if value.zone else "")
        if isinstance(value, Time):
            return f"{time_text(value.nanos)}{offset_text(value.offset)}" + (f"[{value.zone}]" if value.zone else "")
        return feel_text(value)


def quoted(text: str) -> str:
    """A JSON string."""
    import json  # a quarter of FEEL's own start-up, and not every expression writes texts

    return json.dumps(text, ensure_ascii=False)


def short_time(nanos: int) -> str:
    """java.time's toString: no seconds if they are zero, decimals in groups of three."""
    if nanos % (60 * NANOS_PER_SECOND) == 0:
        return time_text(nanos)[:5]
    whole, fraction = divmod(nanos, NANOS_PER_SECOND)
    digits = f"{fraction:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return time_text(whole * NANOS_PER_SECOND) + (f".{digits}" if digits else "")


def _year(date: Date) -> str:
    return f"+{date.year}" if date.year > 9_999 else year_text(date.year)


def iso_local(value: LocalDateTime) -> str:
    """ISO_LOCAL_DATE_TIME: seconds always, a plus before years beyond 9999."""
    return f"{_year(value.date)}-{value.date.month:02d}-{value.date.day:02d}T{time_text(value.nanos)}"


def short_date_time(value: LocalDateTime) -> str:
    """java.time's toString."""
    return f"{_year(value.date)}-{value.date.month:02d}-{value.date.day:02d}T{short_time(value.nanos)}"


def java_duration(value: DaysTimeDuration) -> str:
    """java.time.Duration.toString: `PT36H`, `PT-1.5S`; never days."""
    if not value.nanos:
        return "PT0S"
    sign = -1 if value.nanos < 0 else 1
    seconds, nanos = divmod(abs(value.nanos), NANOS_PER_SECOND)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    text = "PT" + (f"{sign * hours}H" if hours else "") + (f"{sign * minutes}M" if minutes else "")
    if seconds or nanos:
        fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
        text += f"{'-' if sign < 0 else ''}{seconds}{fraction}S"
    return text


def java_period(value: YearsMonthsDuration) -> str:
    """java.time.Period.toString: `P1Y2M`, `P-1Y-2M`; nothing is `P0D`."""
    years, months = truncated(value.months, 12), remainder(value.months, 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return f"P{text or '0D'}"


def _engine_date_time(value: DateTime) -> str:
    zone = f"[{value.zone}]" if value.zone else ""
    return f"{short_date_time(value.local)}{offset_text(value.offset)}{zone}"


_JAVA_FORMS: dict[type, _Form] = {
    Range: lambda value: None,
    Function: lambda value: None,
    type(FAILED): lambda value: None,
    DaysTimeDuration: java_duration,
    YearsMonthsDuration: java_period,
}
_CONNECTOR_FORMS: dict[type, _Form] = {
    **_JAVA_FORMS,
    LocalDateTime: iso_local,
    DateTime: lambda value: f"{iso_local(value.local)}{offset_text(value.offset)}",
    Time: lambda value: f"{short_time(value.nanos)}{offset_text(value.offset)}",
}
_ENGINE_FORMS: dict[type, _Form] = {
    **_JAVA_FORMS,
    LocalTime: lambda value: short_time(value.nanos),
    LocalDateTime: short_date_time,
    DateTime: _engine_date_time,
}
