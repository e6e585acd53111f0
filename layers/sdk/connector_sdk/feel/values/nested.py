"""Lists and contexts in each other, rebuilt without recursion: for values deeper than Python's own stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_DEPTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Members = Callable[[dict[str, Any]], Iterable[tuple[str, Any]]]

TOO_DEEP = f"a value is nested deeper than {MAX_DEPTH} levels"


def rebuilt(value: Any, leaf: Callable[[Any], Any], members: Members) -> Any:
    """The value with `leaf` in place of whatever is no list and no context, and of contexts their `members`.

    Raises FeelEvaluationError beyond MAX_DEPTH levels.
    """
    top: list[Any] = [None]
    waiting: list[tuple[Any, Any, Any, int]] = [(top, 0, value, 1)]
    while waiting:
        target, place, source, level = waiting.pop()
        if not isinstance(source, list | tuple | dict):
            target[place] = leaf(source)
            continue
        if level > MAX_DEPTH:
            raise FeelEvaluationError(TOO_DEEP)
        inside = list(members(source) if isinstance(source, dict) else enumerate(source))
        made: Any = dict.fromkeys(name for name, _ in inside) if isinstance(source, dict) else [None] * len(inside)
        target[place] = made
        waiting += [(made, name, item, level + 1) for name, item in inside]
    return top[0]
