"""Values in messages: short, and by their FEEL type."""

from __future__ import annotations

from decimal import Decimal

from connector_sdk.feel.values import FAILED, Function, Range, Value
from connector_sdk.feel.values.temporal_arithmetic import TEMPORAL_TYPES

TYPE_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
    **{kind: kind.FEEL_TYPE for kind in TEMPORAL_TYPES},
}
"""FEEL's name of each type."""


def type_name(value: Value) -> str:
    """What `instance of` calls the value's type."""
    if isinstance(value, dict):
        return "context"
    return TYPE_NAMES.get(type(value), "error" if value is FAILED else type(value).__name__)


def short(value: Value, limit: int = 60) -> str:
    """The value for a message."""
    if value is None:
        return "null"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
