"""The order of a context's members where it can be seen: in variables that an expression of the engine wrote.

FEEL itself has no order. The engine's contexts are Scala's immutable maps: up to four members stay in the order in
which they were put in, five and more lie in a hash trie (32 branches a level, five bits of the hash for each) whose
nodes give their own members first, then their children. Services see it, for instance in the order of parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

ORDERED_MEMBERS = 4
_BITS, _BRANCHES = 5, 31
_HASH_BITS = 32
_WORD = 0xFFFFFFFF


def member_order(names: Iterable[str]) -> list[str]:
    """The names of one context in the engine's order.

    >>> member_order(["destination", "origin", "units", "language", "mode", "key"])
    ['key', 'language', 'origin', 'units', 'mode', 'destination']
    """
    given = list(names)
    return given if len(given) <= ORDERED_MEMBERS else _of_node(given, 0)


def _of_node(names: list[str], shift: int) -> list[str]:
    if shift >= _HASH_BITS:
        return names
    branches: dict[int, list[str]] = {}
    for name in names:
        branches.setdefault(_hash(name) >> shift & _BRANCHES, []).append(name)
    groups = [group for _, group in sorted(branches.items())]
    own = [group[0] for group in groups if len(group) == 1]
    return own + [name for group in groups if len(group) > 1 for name in _of_node(group, shift + _BITS)]


@lru_cache(maxsize=4096)
def _hash(name: str) -> int:
    """Java's hash of a text, mixed as Scala mixes it."""
    mixed = 0
    units = name.encode("utf-16-be", "surrogatepass")
    for index in range(0, len(units), 2):
        mixed = (31 * mixed + (units[index] << 8 | units[index + 1])) & _WORD
    mixed = (mixed + ~(mixed << 9)) & _WORD
    mixed ^= mixed >> 14
    mixed = (mixed + (mixed << 4)) & _WORD
    return mixed ^ mixed >> 10
