"""Values in messages: short, and by their FEEL type."""

from __future__ import annotations

from decimal import Decimal

from connector_sdk.feel.values import FAILED, Function, Range, Value

TYPE_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
"""FEEL's name of each type; the temporal types add theirs."""


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
