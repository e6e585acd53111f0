"""How Java writes values as text: `Double.toString`, `Map.toString` and `List.toString`.

Numbers that stand where a text is wanted, and nested values in a form, reach the service in this spelling.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7  # Double.toString writes an exponent outside of these


def java_text(value: Any) -> str:
    """The text of a JSON value. `null` for None, `{a=1}` for an object, `[1, 2]` for a list."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={java_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(java_text, value)) + "]"
    return str(value)


def java_double(value: float) -> str:
    """Java's `Double.toString`: plain from 10⁻³ to 10⁷, else as `1.2345E19`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else text + ".0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    first, rest = str(digits[0]), "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{first}.{rest}E{int(exponent) + len(digits) - 1}"
