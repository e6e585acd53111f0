"""The proleptic Gregorian calendar for any year; the standard library ends at 9999."""

from __future__ import annotations

MAX_YEAR = 999_999_999
"""java.time's last year; the first is -999999999."""
NANOS_PER_SECOND = 1_000_000_000
SECONDS_PER_DAY = 86_400
NANOS_PER_DAY = SECONDS_PER_DAY * NANOS_PER_SECOND
_DAYS_PER_CYCLE = 146_097  # 400 years
_DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_TO_1970 = 719_468  # from 0000-03-01


def is_leap(year: int) -> bool:
    """Whether February has 29 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    return 29 if month == 2 and is_leap(year) else _DAYS_IN_MONTH[month - 1]


def epoch_day(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01. Years begin in March here, so that the leap day is the last."""
    year -= month < 3
    cycle, year_of_cycle = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return (
        cycle * _DAYS_PER_CYCLE
        + year_of_cycle * 365
        + year_of_cycle // 4
        - year_of_cycle // 100
        + (day_of_year - _DAYS_TO_1970)
    )


def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of so many days since 1970-01-01."""
    cycle, day_of_cycle = divmod(days + _DAYS_TO_1970, _DAYS_PER_CYCLE)
    year_of_cycle = (
        day_of_cycle - day_of_cycle // 1_460 + day_of_cycle // 36_524 - day_of_cycle // (_DAYS_PER_CYCLE - 1)
    ) // 365
    day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle // 4 - year_of_cycle // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return cycle * 400 + year_of_cycle + (month < 3), month, day_of_year - (153 * shifted + 2) // 5 + 1
