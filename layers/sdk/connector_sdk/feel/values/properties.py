"""What can stand behind a dot of a temporal value: `date("2024-02-29").year`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connector_sdk.feel.values import Value
from connector_sdk.feel.values.calendar import NANOS_PER_SECOND, SECONDS_PER_DAY
from connector_sdk.feel.values.dates import Date, DateTime, LocalDateTime
from connector_sdk.feel.values.durations import DaysTimeDuration, YearsMonthsDuration, remainder, truncated
from connector_sdk.feel.values.times import LocalTime, Time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Properties = dict[str, Callable[[Any], Value]]

_DAY: Properties = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(value.weekday),
}
_DAY_OF_DATE: Properties = {
    "year": lambda value: Decimal(value.date.year),
    "month": lambda value: Decimal(value.date.month),
    "day": lambda value: Decimal(value.date.day),
    "weekday": lambda value: Decimal(value.date.weekday),
}
_CLOCK: Properties = {
    "hour": lambda value: Decimal(value.nanos // (3_600 * NANOS_PER_SECOND)),
    "minute": lambda value: Decimal(value.nanos // (60 * NANOS_PER_SECOND) % 60),
    "second": lambda value: Decimal(value.nanos // NANOS_PER_SECOND % 60),
}
_NO_ZONE: Properties = {"time offset": lambda value: None, "timezone": lambda value: None}
_ZONE: Properties = {
    "time offset": lambda value: DaysTimeDuration(value.offset * NANOS_PER_SECOND),
    "timezone": lambda value: value.zone,
}

PROPERTIES: dict[type, Properties] = {
    Date: _DAY,
    LocalTime: {**_CLOCK, **_NO_ZONE},
    Time: {**_CLOCK, **_ZONE},
    LocalDateTime: {**_DAY_OF_DATE, **_CLOCK, **_NO_ZONE},
    DateTime: {**_DAY_OF_DATE, **_CLOCK, **_ZONE},
    YearsMonthsDuration: {
        "years": lambda value: Decimal(truncated(value.months, 12)),
        "months": lambda value: Decimal(remainder(value.months, 12)),
    },
    DaysTimeDuration: {
        "days": lambda value: Decimal(truncated(value.seconds, SECONDS_PER_DAY)),
        "hours": lambda value: Decimal(remainder(truncated(value.seconds, 3_600), 24)),
        "minutes": lambda value: Decimal(remainder(truncated(value.seconds, 60), 60)),
        "seconds": lambda value: Decimal(remainder(value.seconds, 60)),
    },
}
"""By type; other values have no properties."""
