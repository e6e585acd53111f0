"""Times of day: local, or at an offset."""

from __future__ import annotations

from functools import total_ordering

from connector_sdk.feel.values.calendar import NANOS_PER_DAY, NANOS_PER_SECOND
from connector_sdk.feel.values.zones import offset_text


def time_text(nanos: int) -> str:
    """`10:30:00`, with as many decimals as needed."""
    seconds, fraction = divmod(nanos, NANOS_PER_SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    text = f"{hour:02d}:{minute:02d}:{second:02d}"
    return f"{text}.{fraction:09d}".rstrip("0") if fraction else text


@total_ordering
class LocalTime:
    """Nanoseconds of a day, in no zone."""

    __slots__ = ("nanos",)
    FEEL_TYPE = "time"

    def __init__(self, nanos: int) -> None:
        self.nanos = nanos

    def plus_nanos(self, nanos: int) -> LocalTime:
        """So much later; midnight is 0 again."""
        return LocalTime((self.nanos + nanos) % NANOS_PER_DAY)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalTime) and self.nanos == other.nanos

    def __hash__(self) -> int:
        return hash(self.nanos)

    def __lt__(self, other: LocalTime) -> bool:
        return self.nanos < other.nanos

    def __str__(self) -> str:
        return time_text(self.nanos)

    __repr__ = __str__


class Time:
    """A time at an offset from UTC, and perhaps the region that it was given in."""

    __slots__ = ("nanos", "offset", "zone")
    FEEL_TYPE = "time"

    def __init__(self, nanos: int, offset: int, zone: str | None = None) -> None:
        self.nanos = nanos
        self.offset = offset
        self.zone = zone

    @property
    def utc_nanos(self) -> int:
        """Nanoseconds since midnight in UTC; may be below zero."""
        return self.nanos - self.offset * NANOS_PER_SECOND

    def plus_nanos(self, nanos: int) -> Time:
        """So much later; midnight is 0 again."""
        return Time((self.nanos + nanos) % NANOS_PER_DAY, self.offset, self.zone)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Time)
            and self.nanos == other.nanos
            and self.offset == other.offset
            and self.zone == other.zone
        )

    def __hash__(self) -> int:
        return hash((self.nanos, self.offset, self.zone))

    # By the time line alone, unlike equality: of two that are equal instants at different offsets, neither is less.
    def __lt__(self, other: Time) -> bool:
        return self.utc_nanos < other.utc_nanos

    def __le__(self, other: Time) -> bool:
        return self.utc_nanos <= other.utc_nanos

    def __gt__(self, other: Time) -> bool:
        return self.utc_nanos > other.utc_nanos

    def __ge__(self, other: Time) -> bool:
        return self.utc_nanos >= other.utc_nanos

    def __str__(self) -> str:
        time = time_text(self.nanos)
        return f"{time}{offset_text(self.offset)}" if self.zone is None else f"{time}@{self.zone}"

    __repr__ = __str__
