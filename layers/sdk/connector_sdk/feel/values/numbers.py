"""Numbers as Java's BigDecimal and double write and cut them."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.limits import MAX_EXPONENT

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,9}))?"
_INT_BITS = 32


def as_int(value: Decimal) -> int:
    """BigDecimal.intValue: the whole part, and of that the lowest 32 bits."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= _INT_BITS:
        return 0  # a multiple of 2**32
    return (int(value) + (1 << 31)) % (1 << _INT_BITS) - (1 << 31)


def read_number(text: str) -> Decimal | None:
    """The number that the text is; None if it is none, or has an exponent beyond MAX_EXPONENT."""
    match = re.fullmatch(_NUMBER, text)
    if match is None or abs(int(match.group(1) or 0)) > MAX_EXPONENT:
        return None
    return Decimal(text)


def from_double(value: float) -> Decimal:
    """A double with the digits that Java gives it: `4.0`, `1.0E+10`. Raises InvocationFailure for NaN and infinity."""
    if math.isnan(value) or math.isinf(value):
        raise InvocationFailure("the result is not a number")
    number = Decimal(repr(value))
    if not value or 1e-3 <= abs(value) < 1e7:
        return number
    sign, digits, exponent = number.normalize().as_tuple()
    if len(digits) == 1 and isinstance(exponent, int):
        return Decimal((sign, (*digits, 0), exponent - 1))
    return number.normalize()
