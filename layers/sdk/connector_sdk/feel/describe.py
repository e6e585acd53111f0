"""Values in messages: short, and by their FEEL type."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice

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


def short(value: Value, limit: int = 60, depth: int = 3) -> str:
    """The value for a message: its first items, and not too deep, however large it is."""
    if value is None or isinstance(value, bool):
        text = "null" if value is None else "true" if value else "false"
    elif isinstance(value, str):
        text = f'"{value[:limit]}"'
    elif isinstance(value, list):
        text = f"[{', '.join(_items(value, limit, depth))}]"
    elif isinstance(value, dict):
        text = "{" + ", ".join(_items(value, limit, depth)) + "}"
    else:
        text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _items(value: list[Value] | dict[str, Value], limit: int, depth: int) -> list[str]:
    if depth == 0 and value:
        return ["…"]
    if isinstance(value, dict):
        return [f"{key}:{short(item, limit, depth - 1)}" for key, item in islice(value.items(), 10)]
    return [short(item, limit, depth - 1) for item in value[:10]]
