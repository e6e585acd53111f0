"""The two types of durations."""

from __future__ import annotations

from functools import total_ordering

from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.values.calendar import NANOS_PER_SECOND, SECONDS_PER_DAY

MAX_MONTHS = 2**63 - 1
"""Either way from zero: Java's long."""

MAX_SECONDS = 2**63 - 1
"""Either way from zero: java.time.Duration's own largest."""


def truncated(dividend: int, divisor: int) -> int:
    """Whole quotient towards zero, as Java divides."""
    quotient = abs(dividend) // abs(divisor)
    return quotient if (dividend < 0) == (divisor < 0) else -quotient


def remainder(dividend: int, divisor: int) -> int:
    """What is left of a whole division towards zero; it has the dividend's sign."""
    return dividend - divisor * truncated(dividend, divisor)


@total_ordering
class YearsMonthsDuration:
    """So many months; `P1Y2M` is 14."""

    __slots__ = ("months",)
    FEEL_TYPE = "years and months duration"

    def __init__(self, months: int) -> None:
        """Raises InvocationFailure beyond MAX_MONTHS."""
        if abs(months) > MAX_MONTHS:
            raise InvocationFailure(f"a duration would be longer than {MAX_MONTHS} months")
        self.months = months

    def __eq__(self, other: object) -> bool:
        return isinstance(other, YearsMonthsDuration) and self.months == other.months

    def __hash__(self) -> int:
        return hash(self.months)

    def __lt__(self, other: YearsMonthsDuration) -> bool:
        return self.months < other.months

    def __str__(self) -> str:
        if not self.months:
            return "P0Y"
        years, months = divmod(abs(self.months), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-P" if self.months < 0 else "P") + parts

    __repr__ = __str__


@total_ordering
class DaysTimeDuration:
    """So many nanoseconds."""

    __slots__ = ("nanos",)
    FEEL_TYPE = "days and time duration"

    def __init__(self, nanos: int) -> None:
        """Raises InvocationFailure beyond MAX_SECONDS."""
        if abs(nanos) // NANOS_PER_SECOND > MAX_SECONDS:
            raise InvocationFailure(f"a duration would be longer than {MAX_SECONDS} seconds")
        self.nanos = nanos

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DaysTimeDuration) and self.nanos == other.nanos

    def __hash__(self) -> int:
        return hash(self.nanos)

    def __lt__(self, other: DaysTimeDuration) -> bool:
        return self.nanos < other.nanos

    @property
    def seconds(self) -> int:
        """Whole seconds, towards the past: java.time.Duration.getSeconds."""
        return self.nanos // NANOS_PER_SECOND

    @property
    def millis(self) -> int:
        """Whole milliseconds, towards the past: java.time.Duration.toMillis."""
        return self.nanos // 1_000_000

    def __str__(self) -> str:
        """Whole seconds only: feel-scala's text has no decimals."""
        if not self.seconds:
            return "P0D"
        days, seconds = divmod(abs(self.seconds), SECONDS_PER_DAY)
        hours, seconds = divmod(seconds, 3_600)
        minutes, seconds = divmod(seconds, 60)
        time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
        sign = "-" if self.nanos < 0 else ""
        return f"{sign}P{f'{days}D' if days else ''}{f'T{time}' if time else ''}"

    __repr__ = __str__
