"""Calls that wait, in turns by kind: one kind that has many does not keep the others waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container

Call = Callable[[], None]


class Turns:
    """First come, first served within a kind. One thread at a time may be in here."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Call]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, kind: str, call: Call) -> None:
        """One more waits."""
        self._waiting.setdefault(kind, deque()).append(call)

    def back(self, kind: str, call: Call) -> None:
        """It was taken and could not begin: it is the first of its kind again."""
        self._waiting.setdefault(kind, deque()).appendleft(call)

    def take(self, besides: Container[str] = ()) -> tuple[str, Call] | None:
        """Whose turn it is, of a kind that is not among `besides`; None: there is none."""
        kind = next((kind for kind in self._waiting if kind not in besides), None)
        if kind is None:
            return None
        calls = self._waiting.pop(kind)
        call = calls.popleft()
        if calls:
            self._waiting[kind] = calls  # behind all others
        return kind, call

    def clear(self) -> None:
        """Nobody waits any more."""
        self._waiting.clear()
