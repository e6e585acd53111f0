"""The top of the grammar: if, for, some and every, or, and."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.nodes import Conjunction, Disjunction, For, If, Iteration, Node, Quantified
from connector_sdk.feel.parser.tests import TestParser


class ControlParser(TestParser):
    """Reads whole expressions."""

    def expression(self) -> Node | None:
        """Any expression."""
        return self.remember("expression", self._expression)

    def _expression(self) -> Node | None:
        start = self.position
        rule = _RULES.get(self.text[start])
        if rule is not None:
            node = rule(self)
            if node is not None:
                return node
            self.position = start
        return self.disjunction()

    def disjunction(self) -> Node | None:
        """`a or b`"""
        items = self._joined("or", self.conjunction)
        return items[0] if len(items) == 1 else Disjunction(tuple(items)) if items else None

    def conjunction(self) -> Node | None:
        """`a and b`"""
        items = self._joined("and", self.comparison)
        return items[0] if len(items) == 1 else Conjunction(tuple(items)) if items else None

    def _joined(self, word: str, rule: Callable[[], Node | None]) -> list[Node]:
        return self.list_of(rule, word)

    def if_then_else(self) -> Node | None:
        """`if a then b else c`"""
        parts: list[Node] = []
        for word in ("if", "then", "else"):
            part = self.expression() if self.take(word) else None
            if part is None:
                return None
            parts.append(part)
        return If(*parts)

    def for_return(self) -> Node | None:
        """`for x in a return b`"""
        if not self.take("for"):
            return None
        iterators = self.list_of(self.iterator)
        result = self.expression() if iterators and self.take("return") else None
        return None if result is None else For(tuple(iterators), result)

    def quantified(self) -> Node | None:
        """`some x in a satisfies b`, `every x in a satisfies b`"""
        word = self.take_one(("some", "every"))
        if word is None:
            return None
        iterators = self.list_of(self.iterator)
        condition = self.expression() if iterators and self.take("satisfies") else None
        return None if condition is None else Quantified(word == "every", tuple(iterators), condition)

    def iterator(self) -> tuple[str, Node] | None:
        """`x in list`, `x in 1..3`"""
        name = self.optional_name()
        if name is None or not self.take("in"):
            return None
        start = self.position
        iteration = self.iteration()
        if iteration is None:
            self.position = start
            iteration = self.remember("value", self.value)
        return None if iteration is None else (name, iteration)

    def iteration(self) -> Node | None:
        """`1..3`"""
        start = self.arithmetic()
        if start is None or not self.take(".."):
            return None
        end = self.arithmetic()
        return None if end is None else Iteration(start, end)


_RULES: dict[str, Callable[[ControlParser], Node | None]] = {
    "i": ControlParser.if_then_else,
    "f": ControlParser.for_return,
    "s": ControlParser.quantified,
    "e": ControlParser.quantified,
}
