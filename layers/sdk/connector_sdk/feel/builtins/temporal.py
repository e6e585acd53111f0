"""The time now, and what a day is in its week, month and year."""

from __future__ import annotations

from decimal import Decimal

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.registry import builtin
from connector_sdk.feel.scope import Run
from connector_sdk.feel.values import Value
from connector_sdk.feel.values.calendar import NANOS_PER_SECOND, days_in_month
from connector_sdk.feel.values.dates import Date, DateTime, LocalDateTime
from connector_sdk.feel.values.zones import UnknownZone, check_zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAY = "date: date|date and time"


def current(run: Run) -> DateTime:
    """The time that the host gave the evaluation. Raises FeelEvaluationError if it gave none."""
    if run.now is None:
        raise FeelEvaluationError("now() and today() need a clock; pass now= to evaluate")
    return from_datetime(run.now())


def from_datetime(moment: datetime) -> DateTime:
    """The FEEL value of an aware datetime; its zone's name is kept if it is a region's, or UTC."""
    date = Date(moment.year, moment.month, moment.day)
    seconds = moment.hour * 3_600 + moment.minute * 60 + moment.second
    local = LocalDateTime(date, seconds * NANOS_PER_SECOND + moment.microsecond * 1_000)
    offset = moment.utcoffset()
    zone = str(moment.tzinfo)
    try:
        check_zone(zone)
    except UnknownZone:
        zone = ""
    return DateTime(local, offset.days * 86_400 + offset.seconds if offset else 0, zone or None)


@builtin("now", needs_run=True)
def now(run: Run) -> Value:
    """The date and time now.

    >>> now() instance of date and time
    true
    """
    return current(run)


@builtin("today", needs_run=True)
def today(run: Run) -> Value:
    """The date today.

    >>> today() instance of date
    true
    """
    return current(run).date


def _date(value: Date | LocalDateTime | DateTime) -> Date:
    return value if isinstance(value, Date) else value.date


def _day_of_year(date: Date) -> int:
    return date.epoch_day - Date(date.year, 1, 1).epoch_day + 1


def _week_of_year(date: Date) -> int:
    """ISO 8601: weeks begin on Monday, and belong to the year that their Thursday is in."""
    thursday = Date.of_epoch_day(date.epoch_day - date.weekday + 4)
    return (_day_of_year(thursday) + 6) // 7


@builtin("day of year", _DAY)
def day_of_year(date: Date | LocalDateTime | DateTime) -> Value:
    """1 to 366.

    >>> day of year(date("2019-09-17"))
    260
    """
    return Decimal(_day_of_year(_date(date)))


@builtin("day of week", _DAY)
def day_of_week(date: Date | LocalDateTime | DateTime) -> Value:
    """The day's English name.

    >>> day of week(date("2019-09-17"))
    "Tuesday"
    """
    return _DAYS[_date(date).weekday - 1]


@builtin("month of year", _DAY)
def month_of_year(date: Date | LocalDateTime | DateTime) -> Value:
    """The month's English name.

    >>> month of year(date("2019-09-17"))
    "September"
    """
    return _MONTHS[_date(date).month - 1]


@builtin("week of year", _DAY)
def week_of_year(date: Date | LocalDateTime | DateTime) -> Value:
    """The ISO week.

    >>> week of year(date("2019-09-17"))
    38
    """
    return Decimal(_week_of_year(_date(date)))


@builtin("last day of month", _DAY)
def last_day_of_month(date: Date | LocalDateTime | DateTime) -> Value:
    """The last day of the date's month.

    >>> last day of month(date("2024-02-10"))
    date("2024-02-29")
    """
    day = _date(date)
    return Date(day.year, day.month, days_in_month(day.year, day.month))
