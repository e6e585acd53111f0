"""ISO 8601 dates, durations and repeating intervals, as BPMN timers are written."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DURATION = re.compile(
    r"(?P<sign>[+-])?P(?:(?P<years>-?\d+)Y)?(?:(?P<months>-?\d+)M)?(?:(?P<weeks>-?\d+)W)?(?:(?P<days>-?\d+)D)?"
    r"(?P<time>T(?:(?P<hours>-?\d+)H)?(?:(?P<minutes>-?\d+)M)?(?:(?P<seconds>-?\d+(?:[.,]\d{1,9})?)S)?)?"
)
_DATE = re.compile(r"(?P<moment>[^\[]+)(?:\[(?P<zone>[^\]]+)\])?")
_REPEAT = re.compile(r"R(?P<count>-?\d*)")
ENDLESS = -1
CRON_PARTS = 6


@dataclass(frozen=True, slots=True)
class Interval:
    """A duration: calendar months, and an exact time beside them."""

    months: int
    time: timedelta

    def after(self, moment_ms: int) -> int:
        """The time (ms since the epoch) this long after another, in UTC. Raises OverflowError beyond year 9999."""
        moment = datetime.fromtimestamp(moment_ms / 1000, tz=UTC)
        month = moment.month - 1 + self.months
        year, month = moment.year + month // 12, month % 12 + 1
        if not 1 <= year <= 9999:
            raise OverflowError(f"year {year}")
        day = min(moment.day, calendar.monthrange(year, month)[1])
        return _ms(moment.replace(year=year, month=month, day=day) + self.time)


@dataclass(frozen=True, slots=True)
class Cycle:
    """`R<repetitions>/[start/]interval`; `repetitions` −1 is without end, `start_ms` None is now."""

    repetitions: int
    interval: str
    start_ms: int | None = None


def parse_interval(text: str) -> Interval:
    """Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None or text[-1] in "PT":
        raise ValueError(text)
    parts: dict[str, Any] = {name: value or "0" for name, value in found.groupdict().items()}
    sign = -1 if parts["sign"] == "-" else 1
    try:
        time = timedelta(
            weeks=int(parts["weeks"]),
            days=int(parts["days"]),
            hours=int(parts["hours"]),
            minutes=int(parts["minutes"]),
            seconds=float(parts["seconds"].replace(",", ".")),
        )
    except OverflowError as error:
        raise ValueError(text) from error
    return Interval(sign * (int(parts["years"]) * 12 + int(parts["months"])), sign * time)


def parse_date(text: str) -> int:
    """Milliseconds since the epoch of a date with time and offset, or with a zone in brackets.

    Raises ValueError, and OverflowError for what is not within the years 1 to 9999 in UTC.
    """
    found = _DATE.fullmatch(text)
    if found is None or "T" not in text:
        raise ValueError(text)
    moment = datetime.fromisoformat(found["moment"])
    if found["zone"] is not None:
        try:
            moment = (
                moment.astimezone(ZoneInfo(found["zone"]))
                if moment.tzinfo
                else moment.replace(tzinfo=ZoneInfo(found["zone"]))
            )
        except ZoneInfoNotFoundError as error:
            raise ValueError(text) from error
    if moment.tzinfo is None:
        raise ValueError(text)
    return _ms(moment.astimezone(UTC))


def parse_cycle(text: str) -> Cycle:
    """Raises ValueError with what is wrong, and OverflowError for a start that `parse_date` refuses.

    For cron expressions what is wrong is said in Zeebe's sentence, or that they are not built.
    """
    if not text.startswith("R"):
        parts = text.split()
        raise ValueError(
            "The development engine does not support cron expressions"
            if len(parts) == CRON_PARTS
            else f"Cron expression contains {len(parts)} parts but we expect one of [{CRON_PARTS}]"
        )
    parts = text.split("/")
    repeat = _REPEAT.fullmatch(parts[0])
    if repeat is None:
        raise ValueError("Cannot parse repetitions count")
    if len(parts) not in (2, 3):
        raise ValueError("No interval given")
    interval = parse_interval(parts[-1])
    if interval.months <= 0 and interval.time <= timedelta(0):
        raise ValueError(f"The interval {parts[-1]} is not longer than nothing")
    start_ms = parse_date(parts[1]) if len(parts) == 3 and parts[1] else None
    return Cycle(int(repeat["count"] or ENDLESS), parts[-1], start_ms)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
