"""Families of records by key. With a storage behind it, a family notes what a transaction may have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_ABSENT = object()


class Family(dict[K, V]):
    """Records by key, in memory only."""

    __slots__ = ()

    peek = dict.get
    """A record that will only be read, if it is there."""


class NotedFamily(Family[K, V]):
    """A family whose records are stored: `touched` holds the key of every record that was handed out or replaced.

    Records are changed in place, so that whoever gets one may change it; `peek`, `values` and `items` are for reading.
    """

    __slots__ = ("touched",)

    def __init__(self) -> None:
        super().__init__()
        self.touched: set[K] = set()

    def __getitem__(self, key: K) -> V:
        record = super().__getitem__(key)
        self.touched.add(key)
        return record

    def __setitem__(self, key: K, value: V) -> None:
        self.touched.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self.touched.add(key)

    def get(self, key: K, default: Any = None) -> Any:
        if key in self:
            self.touched.add(key)
        return super().get(key, default)

    def pop(self, key: K, default: Any = _ABSENT) -> Any:
        if key in self:
            self.touched.add(key)
        return super().pop(key) if default is _ABSENT else super().pop(key, default)

    def setdefault(self, key: K, default: Any = None) -> Any:
        self.touched.add(key)
        return super().setdefault(key, default)


FamilyOf = Callable[[str], Family[Any, Any]]
"""Makes the family of a name; a storage keeps those that it made."""


def in_memory(name: str) -> Family[Any, Any]:
    """A family that no storage knows."""
    del name
    return Family()
