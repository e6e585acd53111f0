"""Values as FEEL writes them in texts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_WRITTEN_VALUES
from connector_sdk.feel.values import Function, Range, Value


def feel_text(value: Value) -> str:
    """What `string()` makes of a value. Raises FeelEvaluationError beyond MAX_WRITTEN_VALUES."""
    return _Writer().write(value)


def range_text(value: Range, write: Callable[[Value], str]) -> str:
    """`[1..5)`"""
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{write(value.start)}..{write(value.end)}{closing}"


class _Writer:
    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written = 0

    def write(self, value: Value) -> str:
        self.written += 1
        if self.written > MAX_WRITTEN_VALUES:
            raise FeelEvaluationError(f"a text would hold more than {MAX_WRITTEN_VALUES} values")
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return f'"{value}"'
        if isinstance(value, Decimal):
            return str(value)
        if isinstance(value, list):
            return f"[{', '.join(map(self.write, value))}]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}:{self.write(item)}" for key, item in value.items()) + "}"
        if isinstance(value, Range):
            return range_text(value, self.write)
        if isinstance(value, Function):
            return f"function({', '.join(value.parameters)})"
        return str(value)
