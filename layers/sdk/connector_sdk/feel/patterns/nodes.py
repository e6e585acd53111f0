"""The tree of a pattern."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.patterns.classes import CharacterSet


class Node:
    """Any part of a pattern."""

    __slots__ = ()


class Characters(Node):
    """One character of a set; `only` if that is just one."""

    __slots__ = ("belongs", "only")

    def __init__(self, belongs: CharacterSet, only: str | None = None) -> None:
        self.belongs = belongs
        self.only = only


class Sequence(Node):
    """One after the other; nothing at all if empty."""

    __slots__ = ("items",)

    def __init__(self, items: list[Node]) -> None:
        self.items = items


class Alternatives(Node):
    """The first that fits."""

    __slots__ = ("branches",)

    def __init__(self, branches: list[Node]) -> None:
        self.branches = branches


class Repeat(Node):
    """So many times; `most` None for any number; `mode` greedy, lazy or possessive."""

    __slots__ = ("least", "mode", "most", "node")

    def __init__(self, node: Node, least: int, most: int | None, mode: str) -> None:
        self.node = node
        self.least = least
        self.most = most
        self.mode = mode


class Group(Node):
    """Remembers what it matched, under a number."""

    __slots__ = ("node", "number")

    def __init__(self, node: Node, number: int) -> None:
        self.node = node
        self.number = number


class BackReference(Node):
    """What a group matched, once more."""

    __slots__ = ("ignore_case", "number")

    def __init__(self, number: int, ignore_case: bool) -> None:
        self.number = number
        self.ignore_case = ignore_case


class Assertion(Node):
    """A condition on the position."""

    __slots__ = ("holds",)

    def __init__(self, holds: Callable[[str, int], bool]) -> None:
        self.holds = holds


class Look(Node):
    """Whether something matches ahead or behind, without going there."""

    __slots__ = ("ahead", "longest", "negative", "node", "shortest")

    def __init__(self, node: Node, ahead: bool, negative: bool, shortest: int, longest: int) -> None:
        self.node = node
        self.ahead = ahead
        self.negative = negative
        self.shortest = shortest
        self.longest = longest


def length_of(node: Node) -> tuple[int, int | None]:
    """How many characters a node matches, at least and at most; None where there is no bound."""
    if isinstance(node, Characters):
        return 1, 1
    if isinstance(node, Sequence):
        lengths = [length_of(item) for item in node.items]
        return sum(low for low, _ in lengths), _sum([high for _, high in lengths])
    if isinstance(node, Alternatives):
        lengths = [length_of(branch) for branch in node.branches]
        highs = [high for _, high in lengths]
        known = [high for high in highs if high is not None]
        return min(low for low, _ in lengths), max(known) if len(known) == len(highs) else None
    if isinstance(node, Repeat):
        low, high = length_of(node.node)
        return low * node.least, None if high is None or node.most is None else high * node.most
    if isinstance(node, Group):
        return length_of(node.node)
    return 0, None if isinstance(node, BackReference) else 0


def _sum(highs: list[int | None]) -> int | None:
    known = [high for high in highs if high is not None]
    return sum(known) if len(known) == len(highs) else None
