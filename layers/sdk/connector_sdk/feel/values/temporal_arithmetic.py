"""Operations with dates, times and durations; importing this adds them to the tables."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connector_sdk.feel.values import DECIMAL128, Value
from connector_sdk.feel.values.arithmetic import OPERATIONS
from connector_sdk.feel.values.calendar import NANOS_PER_DAY
from connector_sdk.feel.values.comparison import ORDERED
from connector_sdk.feel.values.dates import Date, DateTime, LocalDateTime
from connector_sdk.feel.values.durations import DaysTimeDuration, YearsMonthsDuration
from connector_sdk.feel.values.numbers import as_int
from connector_sdk.feel.values.times import LocalTime, Time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TEMPORAL_TYPES = (Date, LocalTime, Time, LocalDateTime, DateTime, YearsMonthsDuration, DaysTimeDuration)
ORDERED.update(TEMPORAL_TYPES)


def _plus_days(date: Date, duration: DaysTimeDuration) -> Date:
    return LocalDateTime(date, 0).plus_nanos(duration.nanos).date


def _minus_days(date: Date, duration: DaysTimeDuration) -> Date:
    return LocalDateTime(date, 0).plus_nanos(-duration.nanos).date


def _add(left: type, right: type, operation: Callable[[Any, Any], Value]) -> None:
    OPERATIONS["+", left, right] = operation
    if left is not right:
        OPERATIONS["+", right, left] = lambda a, b: operation(b, a)


for _type in (LocalTime, Time, LocalDateTime, DateTime):
    _add(_type, DaysTimeDuration, lambda point, duration: point.plus_nanos(duration.nanos))
    OPERATIONS["-", _type, DaysTimeDuration] = lambda point, duration: point.plus_nanos(-duration.nanos)
for _day in (Date, LocalDateTime, DateTime):
    _add(_day, YearsMonthsDuration, lambda point, duration: point.plus_months(duration.months))
    OPERATIONS["-", _day, YearsMonthsDuration] = lambda point, duration: point.plus_months(-duration.months)
_add(Date, DaysTimeDuration, _plus_days)
_add(YearsMonthsDuration, YearsMonthsDuration, lambda a, b: YearsMonthsDuration(a.months + b.months))
_add(DaysTimeDuration, DaysTimeDuration, lambda a, b: DaysTimeDuration(a.nanos + b.nanos))


def _divide_months(duration: YearsMonthsDuration, divisor: Decimal) -> Value:
    return YearsMonthsDuration(as_int(DECIMAL128.divide(Decimal(duration.months), divisor))) if divisor else None


def _divide_millis(duration: DaysTimeDuration, divisor: Decimal) -> Value:
    if not divisor:
        return None
    return DaysTimeDuration(as_int(DECIMAL128.divide(Decimal(duration.millis), divisor)) * 1_000_000)


def _whole(dividend: int, divisor: int) -> Value:
    if not divisor:
        return None
    quotient = abs(dividend) // abs(divisor)
    return Decimal(quotient if (dividend < 0) == (divisor < 0) else -quotient)


OPERATIONS.update(
    {
        ("-", Date, DaysTimeDuration): _minus_days,
        ("-", Date, Date): lambda a, b: DaysTimeDuration((a.epoch_day - b.epoch_day) * NANOS_PER_DAY),
        ("-", LocalTime, LocalTime): lambda a, b: DaysTimeDuration(a.nanos - b.nanos),
        ("-", Time, Time): lambda a, b: DaysTimeDuration(abs(a.utc_nanos - b.utc_nanos)),
        ("-", LocalDateTime, LocalDateTime): lambda a, b: DaysTimeDuration(a.epoch_nanos - b.epoch_nanos),
        ("-", DateTime, DateTime): lambda a, b: DaysTimeDuration(a.epoch_nanos - b.epoch_nanos),
        ("-", YearsMonthsDuration, YearsMonthsDuration): lambda a, b: YearsMonthsDuration(a.months - b.months),
        ("-", DaysTimeDuration, DaysTimeDuration): lambda a, b: DaysTimeDuration(a.nanos - b.nanos),
        ("*", YearsMonthsDuration, Decimal): lambda a, b: YearsMonthsDuration(a.months * as_int(b)),
        ("*", Decimal, YearsMonthsDuration): lambda a, b: YearsMonthsDuration(b.months * as_int(a)),
        ("*", DaysTimeDuration, Decimal): lambda a, b: DaysTimeDuration(a.nanos * as_int(b)),
        ("*", Decimal, DaysTimeDuration): lambda a, b: DaysTimeDuration(b.nanos * as_int(a)),
        ("/", YearsMonthsDuration, Decimal): _divide_months,
        ("/", DaysTimeDuration, Decimal): _divide_millis,
        ("/", YearsMonthsDuration, YearsMonthsDuration): lambda a, b: _whole(a.months, b.months),
        ("/", DaysTimeDuration, DaysTimeDuration): lambda a, b: _whole(a.millis, b.millis),
    }
)
