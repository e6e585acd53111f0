"""Values as FEEL writes them in texts."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_STRING_LENGTH, MAX_WRITTEN_VALUES
from connector_sdk.feel.values import Function, Range, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    _Write = Callable[[Value], str]


def feel_text(value: Value) -> str:
    """What `string()` makes of a value. Raises FeelEvaluationError beyond MAX_WRITTEN_VALUES and MAX_STRING_LENGTH."""
    return _Writer().write(value)


def range_text(value: Range, write: Callable[[Value], str]) -> str:
    """`[1..5)`"""
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{write(value.start)}..{write(value.end)}{closing}"


class Characters:
    """How many characters a text that is being written has so far, before it is put together."""

    __slots__ = ("counted",)

    def __init__(self) -> None:
        self.counted = 0

    def count(self, *texts: str) -> None:
        """Raises FeelEvaluationError beyond MAX_STRING_LENGTH."""
        self.counted += sum(map(len, texts))
        if self.counted > MAX_STRING_LENGTH:
            raise FeelEvaluationError(f"a text would be longer than {MAX_STRING_LENGTH} characters")


class _Writer:
    __slots__ = ("characters", "written")

    def __init__(self) -> None:
        self.written = 0
        self.characters = Characters()

    def write(self, value: Value) -> str:
        self.written += 1
        if self.written > MAX_WRITTEN_VALUES:
            raise FeelEvaluationError(f"a text would hold more than {MAX_WRITTEN_VALUES} values")
        if isinstance(value, str):
            self.characters.count(value)
        elif isinstance(value, dict):
            self.characters.count(*value)
        write = _FORMS.get(dict if isinstance(value, dict) else type(value))
        return str(value) if write is None else write(value, self.write)


def _context(value: dict[str, Value], write: _Write) -> str:
    return "{" + ", ".join(f"{key}:{write(item)}" for key, item in value.items()) + "}"


_FORMS: dict[type, Callable[[Any, _Write], str]] = {
    type(None): lambda value, write: "null",
    bool: lambda value, write: "true" if value else "false",
    str: lambda value, write: f'"{value}"',
    list: lambda value, write: f"[{', '.join(map(write, value))}]",
    dict: _context,
    Range: range_text,
    Function: lambda value, write: f"function({', '.join(value.parameters)})",
}
"""How each type is written; numbers and temporal values have a text of their own."""
