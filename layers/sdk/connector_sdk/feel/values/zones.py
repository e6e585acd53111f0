"""Time zones: an offset, or a region of the tz database. Gaps and overlaps are resolved as java.time does.

The standard library's zones end at the years 1 and 9999. Beyond, the calendar repeats every 400 years, and so do the
rules of a zone; before the first transition a zone has its local mean time.
"""

from __future__ import annotations

import re
from functools import lru_cache

from connector_sdk.feel.values.calendar import SECONDS_PER_DAY, epoch_day

MAX_OFFSET = 18 * 3_600
"""java.time allows offsets up to 18 hours."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

_CYCLE = 146_097 * SECONDS_PER_DAY  # 400 years
_FIRST = epoch_day(2, 1, 1) * SECONDS_PER_DAY
_LAST = epoch_day(9_998, 1, 1) * SECONDS_PER_DAY
_STANDARD_MOMENT = epoch_day(2024, 1, 1) * SECONDS_PER_DAY  # feel-scala asks the machine's clock instead
_REGION = r"[A-Za-z][A-Za-z0-9~/._+-]+"
_PREFIXED = r"(UTC|GMT|UT)([+-].*)"
_OFFSET = r"([+-])([0-9]{1,2})(?::?([0-5][0-9])(?::?([0-5][0-9]))?)?"


class UnknownZone(Exception):
    """There is no such zone."""


def offset_text(seconds: int) -> str:
    """`Z`, `+01:00`, `-05:30:15`"""
    if not seconds:
        return "Z"
    hours, rest = divmod(abs(seconds), 3_600)
    minutes, rest = divmod(rest, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")


def parse_offset(text: str) -> int:
    """Seconds of an offset as ZoneId.of takes it: `Z`, `+1`, `+01:00`, `+0100`. Raises UnknownZone."""
    if text in ("Z", "z"):
        return 0
    match = re.fullmatch(_OFFSET, text)
    if match is None:
        raise UnknownZone(text)
    sign, hours, minutes, seconds = match.groups()
    total = int(hours) * 3_600 + int(minutes or 0) * 60 + int(seconds or 0)
    if total > MAX_OFFSET:
        raise UnknownZone(text)
    return -total if sign == "-" else total


def _zone(name: str) -> ZoneInfo | int:
    zone = _known_zone(name)
    if zone is None:
        raise UnknownZone(name)
    return zone


@lru_cache(maxsize=256)
def _known_zone(name: str) -> ZoneInfo | int | None:
    """None for an unknown one, so that the disk is asked only once for that too."""
    try:
        return _read_zone(name)
    except UnknownZone:
        return None


def _read_zone(name: str) -> ZoneInfo | int:
    if name in ("UTC", "GMT", "UT"):
        return 0
    prefixed = re.fullmatch(_PREFIXED, name)
    if prefixed:
        return parse_offset(prefixed.group(2))
    if not re.fullmatch(_REGION, name) or ".." in name or name.startswith("/"):
        raise UnknownZone(name)
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None


def check_zone(name: str) -> None:
    """Raises UnknownZone unless the region exists."""
    _zone(name)


def _moment(seconds: int) -> datetime:
    from datetime import datetime, timedelta

    if not _FIRST <= seconds < _LAST:
        seconds = seconds % _CYCLE + (_LAST - _CYCLE if seconds >= _LAST else _FIRST)
        seconds -= (seconds - _FIRST) // _CYCLE * _CYCLE if seconds < 0 else 0
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)


def offset_of_local(name: str, local_seconds: int, preferred: int | None = None) -> int:
    """The offset of a local time, in seconds.

    In an overlap the preferred offset if it is one of the two, else the earlier; in a gap the one before it.
    """
    zone = _zone(name)
    if isinstance(zone, int):
        return zone
    moment = _moment(local_seconds)
    earlier = _seconds(zone, moment)
    if preferred is not None and preferred != earlier:
        later = _seconds(zone, moment.replace(fold=1))
        if later == preferred and later < earlier:
            return later
    return earlier


def offset_of_instant(name: str, epoch_seconds: int) -> int:
    """The offset at an instant, in seconds."""
    zone = _zone(name)
    if isinstance(zone, int):
        return zone
    from datetime import UTC

    return _seconds(zone, _moment(epoch_seconds).replace(tzinfo=UTC).astimezone(zone))


def _seconds(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.replace(tzinfo=zone).utcoffset()
    return 0 if offset is None else offset.days * SECONDS_PER_DAY + offset.seconds


def standard_offset(name: str) -> int:
    """The offset without daylight saving; times without a date have it."""
    zone = _zone(name)
    if isinstance(zone, int):
        return zone
    from datetime import UTC

    moment = _moment(_STANDARD_MOMENT).replace(tzinfo=UTC).astimezone(zone)
    saving = moment.dst()
    return _seconds(zone, moment) - (0 if saving is None else saving.days * SECONDS_PER_DAY + saving.seconds)
