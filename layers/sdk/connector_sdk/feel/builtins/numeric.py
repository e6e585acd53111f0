"""Numbers."""

from __future__ import annotations

import math
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    InvalidOperation,
)

from connector_sdk.feel.errors import FeelEvaluationError, InvocationFailure
from connector_sdk.feel.limits import MAX_SCALE
from connector_sdk.feel.registry import builtin, overloads
from connector_sdk.feel.values import DECIMAL128, Value
from connector_sdk.feel.values.durations import DaysTimeDuration, YearsMonthsDuration
from connector_sdk.feel.values.numbers import as_int, from_double

_WIDE = Context(prec=2 * MAX_SCALE, Emin=-999_999_999, Emax=999_999_999, traps=[InvalidOperation])


def rounded(value: Decimal, scale: Decimal, mode: str) -> Decimal:
    """The number with so many decimals. Raises FeelEvaluationError below -MAX_SCALE."""
    digits = as_int(scale)
    if digits > MAX_SCALE:
        return value  # more decimals than any number has: nothing to round
    if digits < -MAX_SCALE:
        raise FeelEvaluationError(f"the scale {digits} is beyond {-MAX_SCALE}")
    return value.quantize(Decimal((0, (1,), -digits)), rounding=mode, context=_WIDE)


@builtin("decimal", "n: number", "scale: number")
def decimal(n: Decimal, scale: Decimal) -> Value:
    """The number with so many decimals, halves to the even neighbour.

    >>> decimal(2.5, 0)
    2
    """
    return rounded(n, scale, ROUND_HALF_EVEN)


_MODES = {
    "UP": ROUND_UP,
    "DOWN": ROUND_DOWN,
    "CEILING": ROUND_CEILING,
    "FLOOR": ROUND_FLOOR,
    "HALF_UP": ROUND_HALF_UP,
    "HALF_DOWN": ROUND_HALF_DOWN,
    "HALF_EVEN": ROUND_HALF_EVEN,
}


@builtin("decimal", "n: number", "scale: number", "mode: string")
def decimal_in_mode(n: Decimal, scale: Decimal, mode: str) -> Value:
    """Rounded in one of Java's modes: UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN, HALF_EVEN, UNNECESSARY.

    Case does not count.

    >>> decimal(2.5, 0, "half_up")
    3
    """
    if mode.upper() == "UNNECESSARY":
        exact = rounded(n, scale, ROUND_DOWN)
        if exact != n:
            raise InvocationFailure("Rounding necessary")
        return exact
    rounding = _MODES.get(mode.upper())
    if rounding is None:
        raise InvocationFailure(f"Illegal argument '{mode}' for rounding mode. Must be one of: {', '.join(_MODES)}")
    return rounded(n, scale, rounding)


@builtin("floor", "n: number")
def floor(n: Decimal) -> Value:
    """The largest whole number that is not above.

    >>> floor(-1.5)
    -2
    """
    return rounded(n, Decimal(0), ROUND_FLOOR)


@builtin("floor", "n: number", "scala: number")  # feel-scala's own name of it
def floor_to_scale(n: Decimal, scale: Decimal) -> Value:
    """Rounded down to so many decimals.

    >>> floor(-1.56, 1)
    -1.6
    """
    return rounded(n, scale, ROUND_FLOOR)


@builtin("ceiling", "n: number")
def ceiling(n: Decimal) -> Value:
    """The smallest whole number that is not below.

    >>> ceiling(1.5)
    2
    """
    return rounded(n, Decimal(0), ROUND_CEILING)


@builtin("ceiling", "n: number", "scale: number")
def ceiling_to_scale(n: Decimal, scale: Decimal) -> Value:
    """Rounded up to so many decimals.

    >>> ceiling(-1.56, 1)
    -1.5
    """
    return rounded(n, scale, ROUND_CEILING)


@builtin("round up", "n: number", "scale: number")
def round_up(n: Decimal, scale: Decimal) -> Value:
    """Away from zero.

    >>> round up(5.5, 0)
    6
    """
    return rounded(n, scale, ROUND_UP)


@builtin("round down", "n: number", "scale: number")
def round_down(n: Decimal, scale: Decimal) -> Value:
    """Towards zero.

    >>> round down(-5.5, 0)
    -5
    """
    return rounded(n, scale, ROUND_DOWN)


@builtin("round half up", "n: number", "scale: number")
def round_half_up(n: Decimal, scale: Decimal) -> Value:
    """To the nearest, halves away from zero.

    >>> round half up(5.5, 0)
    6
    """
    return rounded(n, scale, ROUND_HALF_UP)


@builtin("round half down", "n: number", "scale: number")
def round_half_down(n: Decimal, scale: Decimal) -> Value:
    """To the nearest, halves towards zero.

    >>> round half down(5.5, 0)
    5
    """
    return rounded(n, scale, ROUND_HALF_DOWN)


_SIZED = "number|years and months duration|days and time duration"


@overloads("abs", (f"number: {_SIZED}",), (f"n: {_SIZED}",))
def absolute(number: Decimal | YearsMonthsDuration | DaysTimeDuration) -> Value:
    """The number or duration without its sign.

    >>> abs(-10)
    10
    >>> abs(duration("-PT5H"))
    duration("PT5H")
    """
    if isinstance(number, YearsMonthsDuration):
        return YearsMonthsDuration(abs(number.months))
    return DaysTimeDuration(abs(number.nanos)) if isinstance(number, DaysTimeDuration) else number.copy_abs()


@builtin("modulo", "dividend: number", "divisor: number")
def modulo(dividend: Decimal, divisor: Decimal) -> Value:
    """The remainder, with the sign of the divisor.

    >>> modulo(-12, 5)
    3
    """
    if not divisor:
        raise InvocationFailure("division by zero")
    quotient = DECIMAL128.divide(dividend, divisor).to_integral_value(rounding=ROUND_FLOOR)
    return DECIMAL128.subtract(dividend, DECIMAL128.multiply(divisor, quotient))


@builtin("sqrt", "number: number")
def square_root(number: Decimal) -> Value:
    """The square root, with a double's precision; null below zero.

    >>> sqrt(16)
    4
    """
    return None if number < 0 else from_double(math.sqrt(float(number)))


@builtin("log", "number: number")
def logarithm(number: Decimal) -> Value:
    """The natural logarithm, with a double's precision; null for zero and below.

    >>> log(1)
    0
    """
    if number <= 0:
        return None
    double = float(number)
    return from_double(math.log(double) if double else -math.inf)


@builtin("exp", "number: number")
def exponential(number: Decimal) -> Value:
    """e to this power, with a double's precision.

    >>> exp(0)
    1
    """
    try:
        return from_double(math.exp(float(number)))
    except OverflowError:
        raise InvocationFailure("the result is too large") from None


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


@builtin("odd", "number: number")
def odd(number: Decimal) -> Value:
    """Whether the number is odd.

    >>> odd(5)
    true
    """
    return _is_whole(number) and as_int(number) % 2 == 1


@builtin("even", "number: number")
def even(number: Decimal) -> Value:
    """Whether the number is even.

    >>> even(5)
    false
    """
    return _is_whole(number) and as_int(number) % 2 == 0


@builtin("random number")
def random_number() -> Value:
    """A number from 0 up to but not including 1; not for secrets.

    >>> random number() < 1
    true
    """
    import random

    return from_double(random.random())  # noqa: S311
