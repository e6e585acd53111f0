"""Dates, and dates with a time: local, or in a zone."""

from __future__ import annotations

from functools import total_ordering

from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.values.calendar import (
    MAX_YEAR,
    NANOS_PER_DAY,
    NANOS_PER_SECOND,
    SECONDS_PER_DAY,
    civil,
    days_in_month,
    epoch_day,
)
from connector_sdk.feel.values.times import time_text
from connector_sdk.feel.values.zones import offset_of_instant, offset_of_local, offset_text, parse_offset


def year_text(year: int) -> str:
    """At least four digits; a minus sign before Christ."""
    return f"{'-' if year < 0 else ''}{abs(year):04d}"


@total_ordering
class Date:
    """A day of the calendar."""

    __slots__ = ("day", "month", "year")
    FEEL_TYPE = "date"

    def __init__(self, year: int, month: int, day: int) -> None:
        """Raises InvocationFailure if there is no such day."""
        if abs(year) > MAX_YEAR or not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
            raise InvocationFailure(f"there is no day {year}-{month}-{day}")
        self.year = year
        self.month = month
        self.day = day

    @classmethod
    def of_epoch_day(cls, days: int) -> Date:
        """The day so many days after 1970-01-01."""
        return cls(*civil(days))

    @property
    def epoch_day(self) -> int:
        """Days since 1970-01-01."""
        return epoch_day(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 (Monday) to 7."""
        return (self.epoch_day + 3) % 7 + 1

    def plus_months(self, months: int) -> Date:
        """The same day of another month, or that month's last."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date(year, month + 1, min(self.day, days_in_month(year, month + 1)))

    def _key(self) -> tuple[int, int, int]:
        return (self.year, self.month, self.day)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Date) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: Date) -> bool:
        return self._key() < other._key()

    def __str__(self) -> str:
        plus = "+" if self.year > 9_999 else ""
        return f"{plus}{year_text(self.year)}-{self.month:02d}-{self.day:02d}"

    __repr__ = __str__


@total_ordering
class LocalDateTime:
    """A day and nanoseconds of the day, in no zone."""

    __slots__ = ("date", "nanos")
    FEEL_TYPE = "date and time"

    def __init__(self, date: Date, nanos: int) -> None:
        self.date = date
        self.nanos = nanos

    @classmethod
    def of_nanos(cls, nanos: int) -> LocalDateTime:
        """So many nanoseconds after 1970-01-01T00:00."""
        days, rest = divmod(nanos, NANOS_PER_DAY)
        return cls(Date.of_epoch_day(days), rest)

    @property
    def epoch_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00."""
        return self.date.epoch_day * NANOS_PER_DAY + self.nanos

    def plus_nanos(self, nanos: int) -> LocalDateTime:
        """So much later."""
        return LocalDateTime.of_nanos(self.epoch_nanos + nanos)

    def plus_months(self, months: int) -> LocalDateTime:
        """The same time on the same day of another month."""
        return LocalDateTime(self.date.plus_months(months), self.nanos)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalDateTime) and self.date == other.date and self.nanos == other.nanos

    def __hash__(self) -> int:
        return hash((self.date, self.nanos))

    def __lt__(self, other: LocalDateTime) -> bool:
        return (self.date._key(), self.nanos) < (other.date._key(), other.nanos)

    def __str__(self) -> str:
        date = self.date
        return f"{year_text(date.year)}-{date.month:02d}-{date.day:02d}T{time_text(self.nanos)}"

    __repr__ = __str__


@total_ordering
class DateTime:
    """A date and time at an offset from UTC, and perhaps in a region whose rules decide the offset."""

    __slots__ = ("local", "offset", "zone")
    FEEL_TYPE = "date and time"

    def __init__(self, local: LocalDateTime, offset: int, zone: str | None = None) -> None:
        self.local = local
        self.offset = offset
        self.zone = zone

    @classmethod
    def of_local(cls, local: LocalDateTime, zone: str, preferred: int | None = None) -> DateTime:
        """The local time in a region. A time in a gap moves on by the gap's length. Raises UnknownZone."""
        seconds = local.date.epoch_day * SECONDS_PER_DAY + local.nanos // NANOS_PER_SECOND
        return cls.of_instant(local.epoch_nanos - offset_of_local(zone, seconds, preferred) * NANOS_PER_SECOND, zone)

    @classmethod
    def of_instant(cls, nanos: int, zone: str) -> DateTime:
        """The instant so many nanoseconds after the epoch, in a region. Raises UnknownZone."""
        offset = offset_of_instant(zone, nanos // NANOS_PER_SECOND)
        return cls(LocalDateTime.of_nanos(nanos + offset * NANOS_PER_SECOND), offset, zone)

    @classmethod
    def with_zone_id(cls, moment: LocalDateTime | DateTime, zone: str) -> DateTime:
        """A local time in a zone, or an instant seen from it; ZoneId.of's names, so `Z` and `+02:00` are zones too.

        Raises UnknownZone.
        """
        if zone[:1] not in "Z+-":
            if isinstance(moment, DateTime):
                return cls.of_instant(moment.epoch_nanos, zone)
            return cls.of_local(moment, zone)
        offset = parse_offset(zone)
        if isinstance(moment, DateTime):
            moment = LocalDateTime.of_nanos(moment.epoch_nanos + offset * NANOS_PER_SECOND)
        return cls(moment, offset)

    @property
    def epoch_nanos(self) -> int:
        """Nanoseconds since the epoch."""
        return self.local.epoch_nanos - self.offset * NANOS_PER_SECOND

    @property
    def date(self) -> Date:
        """The local day."""
        return self.local.date

    @property
    def nanos(self) -> int:
        """Nanoseconds of the local day."""
        return self.local.nanos

    def plus_nanos(self, nanos: int) -> DateTime:
        """So much later on the time line."""
        if self.zone is None:
            return DateTime(self.local.plus_nanos(nanos), self.offset)
        return DateTime.of_instant(self.epoch_nanos + nanos, self.zone)

    def plus_months(self, months: int) -> DateTime:
        """The same local time in another month; the offset stays if it may."""
        local = self.local.plus_months(months)
        return DateTime(local, self.offset) if self.zone is None else DateTime.of_local(local, self.zone, self.offset)

    def _key(self) -> tuple[int, LocalDateTime, str]:
        # ZonedDateTime.compareTo: the instant, then the local time, then the zone's id.
        return (self.epoch_nanos, self.local, self.zone or offset_text(self.offset))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DateTime)
            and self.local == other.local
            and self.offset == other.offset
            and self.zone == other.zone
        )

    def __hash__(self) -> int:
        return hash((self.local, self.offset, self.zone))

    def __lt__(self, other: DateTime) -> bool:
        return self._key() < other._key()

    def __str__(self) -> str:
        return f"{self.local}{offset_text(self.offset)}" if self.zone is None else f"{self.local}@{self.zone}"

    __repr__ = __str__
