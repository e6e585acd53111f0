"""Dates, times and durations from text, as feel-scala reads them (which is more than ISO 8601, and less)."""

from __future__ import annotations

import re
from collections.abc import Callable

from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.values import Value
from connector_sdk.feel.values.calendar import NANOS_PER_SECOND
from connector_sdk.feel.values.dates import Date, DateTime, LocalDateTime
from connector_sdk.feel.values.durations import DaysTimeDuration, YearsMonthsDuration
from connector_sdk.feel.values.times import LocalTime, Time
from connector_sdk.feel.values.zones import MAX_OFFSET, UnknownZone, check_zone, standard_offset

_DAY = r"([0-9]{2})-([0-9]{2})"
_CLOCK = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{0,9}))?)?"
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})?(?:@([A-Za-z][A-Za-z0-9~/._+:-]*)|\[([A-Za-z][A-Za-z0-9~/._+:-]*)\])?"
_DATE = rf"(-?(?:[1-9][0-9]{{4,8}}|[0-9]{{4}}))-{_DAY}"
_TIME = rf"T?{_CLOCK}{_ZONE}"
_DATE_TIME = rf"(-?[0-9]{{4,10}})-{_DAY}T{_CLOCK}{_ZONE}"
_COUNT = r"-?[0-9]{1,19}"  # as many digits as a long has
_MONTHS = rf"(-)?P(?=[-0-9])(?:({_COUNT})Y)?(?:({_COUNT})M)?"
_CLOCK_PARTS = rf"(?:({_COUNT})H)?(?:({_COUNT})M)?(?:({_COUNT})(?:\.([0-9]{{0,9}}))?S)?"
_DAYS = rf"(-)?P(?=[-0-9T])(?:({_COUNT})D)?(?:T(?=[-0-9]){_CLOCK_PARTS})?"


def parse_date(text: str) -> Date | None:
    """`2024-02-29`"""
    match = re.fullmatch(_DATE, text)
    return _date(*match.groups()) if match else None


def _date(year: str, month: str, day: str) -> Date | None:
    try:
        return Date(int(year), int(month), int(day))
    except InvocationFailure:
        return None


def _nanos(hour: str, minute: str, second: str | None, fraction: str | None) -> int | None:
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        return None
    seconds = int(hour) * 3_600 + int(minute) * 60 + int(second or 0)
    return seconds * NANOS_PER_SECOND + int((fraction or "").ljust(9, "0"))


def _offset(text: str | None) -> int | None:
    if text is None or text == "Z":
        return 0
    hours, minutes = (int(part) for part in text[1:].split(":"))
    total = hours * 3_600 + minutes * 60
    if minutes > 59 or total > MAX_OFFSET:
        return None
    return -total if text[0] == "-" else total


def parse_time(text: str) -> LocalTime | Time | None:
    """`10:30`, `10:30:00.5`, `10:30:00+01:00`, `10:30:00@Europe/Berlin`"""
    match = re.fullmatch(_TIME, text)
    if match is None:
        return None
    nanos, offset_given = _nanos(*match.groups()[:4]), match.group(5)
    offset, zone = _offset(offset_given), match.group(6) or match.group(7)
    if nanos is None or offset is None:
        return None
    if zone is None:
        return LocalTime(nanos) if offset_given is None else Time(nanos, offset)
    if not _go_together(offset_given, match.group(7)):
        return None
    try:
        standard = standard_offset(zone)
    except UnknownZone:
        return None
    return Time(nanos, standard if offset_given is None else offset, zone)


def _go_together(offset: str | None, bracket_zone: str | None) -> bool:
    """An offset goes with a zone in brackets, and only with that: `+01:00[Europe/Berlin]`, `@Europe/Berlin`."""
    return (offset is None) == (bracket_zone is None)


def parse_date_time(text: str) -> LocalDateTime | DateTime | None:
    """A date and a time with `T` between, with an offset or a zone or neither; a date alone is its midnight."""
    day = parse_date(text)
    if day is not None:
        return LocalDateTime(day, 0)
    match = re.fullmatch(_DATE_TIME, text)
    if match is None:
        return None
    day, nanos, offset = _date(*match.groups()[:3]), _nanos(*match.groups()[3:7]), _offset(match.group(8))
    if day is None or nanos is None or offset is None:
        return None
    return _in_zone(LocalDateTime(day, nanos), match.group(8), offset, match.group(9), match.group(10))


def _in_zone(
    local: LocalDateTime, offset_given: str | None, offset: int, at_zone: str | None, bracket_zone: str | None
) -> LocalDateTime | DateTime | None:
    if at_zone is None and bracket_zone is None:
        return local if offset_given is None else DateTime(local, offset)
    if not _go_together(offset_given, bracket_zone):
        return None
    try:
        if bracket_zone is not None:
            check_zone(bracket_zone)
            return DateTime.of_local(local, bracket_zone, offset)
        return DateTime.of_local(local, at_zone or "", None)
    except (UnknownZone, InvocationFailure):
        return None


def parse_duration(text: str) -> YearsMonthsDuration | DaysTimeDuration | None:
    """`P1Y2M` or `P1DT2H3M4.5S`; None also for one that Java's types cannot hold."""
    try:
        return _duration(text)
    except InvocationFailure:
        return None


def _duration(text: str) -> YearsMonthsDuration | DaysTimeDuration | None:
    match = re.fullmatch(_MONTHS, text)
    if match:
        months = int(match.group(2) or 0) * 12 + int(match.group(3) or 0)
        return YearsMonthsDuration(-months if match.group(1) else months)
    match = re.fullmatch(_DAYS, text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups()
    total = int(days or 0) * 86_400 + int(hours or 0) * 3_600 + int(minutes or 0) * 60 + int(seconds or 0)
    nanos = int((fraction or "").ljust(9, "0")) * (-1 if (seconds or "").startswith("-") else 1)
    total = total * NANOS_PER_SECOND + nanos
    return DaysTimeDuration(-total if sign else total)


def parse_any(text: str) -> Value:
    """What `@"…"` stands for: the first that fits."""
    for read in (parse_date, parse_time, parse_date_time, parse_duration):
        value = read(text)
        if value is not None:
            return value
    return None


LITERALS: dict[str, Callable[[str], Value]] = {
    "duration": parse_duration,
    "date and time": parse_date_time,
    "date": parse_date,
    "time": parse_time,
    "@": parse_any,
}
"""What the words before a text in quotes make of it; null if it is not such a text."""
