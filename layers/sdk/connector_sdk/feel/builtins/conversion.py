"""From one type to another."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from connector_sdk.feel.builtins.strings import limited
from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.json import to_json_text
from connector_sdk.feel.limits import MAX_EXPONENT
from connector_sdk.feel.registry import builtin, overloads
from connector_sdk.feel.values import DECIMAL128, Value, from_python
from connector_sdk.feel.values.calendar import NANOS_PER_SECOND
from connector_sdk.feel.values.dates import Date, DateTime, LocalDateTime
from connector_sdk.feel.values.durations import DaysTimeDuration, YearsMonthsDuration
from connector_sdk.feel.values.numbers import as_int, read_number
from connector_sdk.feel.values.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from connector_sdk.feel.values.times import LocalTime, Time
from connector_sdk.feel.values.zones import MAX_OFFSET, UnknownZone
from connector_sdk.feel.writing import feel_text

AnyDate = Date | LocalDateTime | DateTime
_GROUPING = (" ", ",", ".")
_DECIMAL = (",", ".")


def _found(value: Value, what: str, text: object) -> Value:
    if value is None:
        raise InvocationFailure(f"Failed to parse {what} from '{text}'")
    return value


def _day(value: AnyDate) -> Date:
    return value if isinstance(value, Date) else value.date


@builtin("date", "from: string|date|date and time")
def date(source: str | AnyDate) -> Value:
    """The date that a text stands for, or that a date and time has.

    >>> date("2024-02-29")
    date("2024-02-29")
    """
    return _found(parse_date(source), "date", source) if isinstance(source, str) else _day(source)


@builtin("date", "year: number", "month: number", "day: number")
def date_of(year: Decimal, month: Decimal, day: Decimal) -> Value:
    """The date of three numbers; null if there is no such day.

    >>> date(2024, 2, 29)
    date("2024-02-29")
    """
    return Date(as_int(year), as_int(month), as_int(day))


@builtin("date and time", "from: string")
def date_and_time(source: str) -> Value:
    """The date and time that a text stands for.

    >>> date and time("2024-02-29T10:30:00@Europe/Berlin")
    date and time("2024-02-29T10:30:00@Europe/Berlin")
    """
    return _found(parse_date_time(source), "date and time", source)


@overloads(
    "date and time",
    ("date: date|date and time", "time: time|string"),
    ("date: date|date and time", "timezone: time|string"),
)
def date_and_time_of(day: AnyDate, time: LocalTime | Time | str) -> Value:
    """A day with a time; or a date and time in a zone.

    >>> date and time(date("2024-02-29"), time("10:30:00"))
    date and time("2024-02-29T10:30:00")
    >>> date and time(date and time("2024-02-29T10:30:00Z"), "Europe/Berlin")
    date and time("2024-02-29T11:30:00@Europe/Berlin")
    """
    try:
        if isinstance(time, str):
            return _in_zone(day, time)
        local = LocalDateTime(_day(day), time.nanos)
        if isinstance(time, LocalTime):
            return local
        return DateTime(local, time.offset) if time.zone is None else DateTime.of_local(local, time.zone)
    except UnknownZone as unknown:
        raise InvocationFailure(f"there is no time zone '{unknown}'") from None


def _in_zone(moment: AnyDate, zone: str) -> DateTime:
    if isinstance(moment, Date) or not zone:
        raise InvocationFailure("this needs a date and time, and the name of a zone")
    return DateTime.with_zone_id(moment, zone)


@builtin("time", "from: string|date|date and time")
def time(source: str | AnyDate) -> Value:
    """The time that a text stands for, or that a date and time has; a date's is midnight in UTC.

    >>> time("10:30:00+01:00")
    time("10:30:00+01:00")
    """
    if isinstance(source, str):
        return _found(parse_time(source), "time", source)
    if isinstance(source, Date):
        return Time(0, 0)
    if isinstance(source, LocalDateTime):
        return LocalTime(source.nanos)
    return Time(source.nanos, source.offset, source.zone)


def _nanos(hour: Decimal, minute: Decimal, second: Decimal, *, with_fraction: bool = True) -> int:
    hours, minutes, seconds = as_int(hour), as_int(minute), as_int(second)
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise InvocationFailure(f"there is no time {hours}:{minutes}:{seconds}")
    part = DECIMAL128.subtract(second, second.to_integral_value(ROUND_DOWN))
    fraction = int(part.scaleb(9, DECIMAL128)) if with_fraction else 0
    if fraction < 0:
        raise InvocationFailure(f"there is no second {second}")
    return (hours * 3_600 + minutes * 60 + seconds) * NANOS_PER_SECOND + fraction


@builtin("time", "hour: number", "minute: number", "second: number")
def time_of(hour: Decimal, minute: Decimal, second: Decimal) -> Value:
    """The local time of three numbers.

    >>> time(10, 30, 15)
    time("10:30:15")
    """
    return LocalTime(_nanos(hour, minute, second))


@builtin("time", "hour: number", "minute: number", "second: number", "offset: days and time duration|null")
def time_of_offset(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None) -> Value:
    """The time of three numbers at an offset from UTC.

    >>> time(10, 30, 15, duration("PT1H"))
    time("10:30:15+01:00")
    """
    if offset is None:
        return LocalTime(_nanos(hour, minute, second, with_fraction=False))
    if abs(offset.seconds) > MAX_OFFSET:
        raise InvocationFailure(f"an offset of {offset} is beyond 18 hours")
    return Time(_nanos(hour, minute, second), offset.seconds)


def _number(text: str) -> Value:
    return _found(read_number(text), "number", text)


@builtin("number", "from: string")
def number(source: str) -> Value:
    """The number that a text stands for.

    >>> number("1500.5")
    1500.5
    """
    return _number(source)


@builtin("number", "from: string", "grouping separator: string")
def number_grouped(source: str, grouping: str) -> Value:
    """With a blank, comma or full stop between groups of digits.

    >>> number("1 500.5", " ")
    1500.5
    """
    if grouping not in _GROUPING:
        raise InvocationFailure("illegal argument for grouping. Must be one of ' ', ',' or '.'")
    return _number(source.replace(grouping, ""))


@builtin("number", "from: string", "grouping separator: string|null", "decimal separator: string|null")
def number_separated(source: str, grouping: str | None, decimal: str | None) -> Value:
    """With a comma or full stop before the decimals.

    >>> number("1.500,5", ".", ",")
    1500.5
    """
    valid = (grouping is None or grouping in _GROUPING) and (decimal is None or decimal in _DECIMAL)
    if not valid or grouping == decimal:
        raise InvocationFailure("illegal arguments for grouping or decimal")
    text = source if grouping is None else source.replace(grouping, "")
    return _number(text if decimal is None else text.replace(decimal, "."))


@builtin("string", "from: any")
def string(source: Value) -> Value:
    """The value as a text; null for null.

    >>> string(1.10)
    "1.10"
    >>> string([1, "a", {b: true}])
    "[1, \\"a\\", {b:true}]"
    """
    if source is None or isinstance(source, str):
        return source
    return limited(feel_text(source))


@builtin("duration", "from: string")
def duration(source: str) -> Value:
    """The duration that a text stands for.

    >>> duration("PT36H")
    duration("P1DT12H")
    """
    return _found(parse_duration(source), "duration", source)


@builtin("years and months duration", "from: date|date and time", "to: date|date and time")
def years_and_months_duration(start: AnyDate, end: AnyDate) -> Value:
    """The whole months from one day to another.

    >>> years and months duration(date("2011-12-22"), date("2013-08-24"))
    duration("P1Y8M")
    """
    first, last = _day(start), _day(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonthsDuration(months)


def _json_number(text: str) -> Decimal:
    number = read_number(text)
    if number is None:
        raise ValueError(f"the exponent is beyond {MAX_EXPONENT}")
    return number


@builtin("from json", "json: string")
def from_json(text: str) -> Value:
    """The value of a JSON text.

    >>> from json("[1, 2.5, null]")
    [1, 2.5, null]
    """
    import json

    try:
        return from_python(json.loads(text, parse_float=_json_number, parse_int=Decimal))
    except (ValueError, ArithmeticError, RecursionError):
        raise InvocationFailure(f"Failed to parse JSON from '{text[:50]}'") from None


@builtin("to json", "value: any")
def to_json(value: Value) -> Value:
    """The value as JSON text.

    >>> to json({a: [1, "x"]})
    "{\\"a\\":[1,\\"x\\"]}"
    """
    return limited(to_json_text(value))
