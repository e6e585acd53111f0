"""Operations on values: decimal128 numbers, texts, and what the temporal types add."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from connector_sdk.feel.errors import FeelEvaluationError, InvocationFailure
from connector_sdk.feel.limits import MAX_EXPONENT, MAX_STRING_LENGTH
from connector_sdk.feel.values import DECIMAL128, Value
from connector_sdk.feel.values.numbers import from_double

OPERATIONS: dict[tuple[str, type, type], Callable[[Value, Value], Value]] = {}
"""(operator, type of the left, type of the right) -> operation; a result of None means that there is none."""


def negate(value: Decimal) -> Decimal:
    """-x; minus zero is zero, as in Java."""
    return DECIMAL128.minus(value) if value else abs(value)


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    """left / right; None for a division by zero."""
    return DECIMAL128.divide(left, right) if right else None


def power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """base ** exponent: exact for whole exponents, with doubles otherwise, as feel-scala does it.

    Raises FeelEvaluationError beyond MAX_EXPONENT.
    """
    if abs(exponent) > MAX_EXPONENT:
        raise FeelEvaluationError(f"the exponent {exponent} is beyond {MAX_EXPONENT}")
    if exponent == exponent.to_integral_value():
        if not base and exponent < 0:
            return None
        if not exponent:
            return Decimal(1)
        return DECIMAL128.power(base, int(exponent))
    try:
        return from_double(math.pow(base, exponent))
    except (OverflowError, ValueError, InvocationFailure):
        return None


def concatenate(left: str, right: str) -> str:
    """left + right. Raises FeelEvaluationError beyond MAX_STRING_LENGTH."""
    if len(left) + len(right) > MAX_STRING_LENGTH:
        raise FeelEvaluationError(f"a text would be longer than {MAX_STRING_LENGTH} characters")
    return left + right


OPERATIONS["+", str, str] = concatenate
