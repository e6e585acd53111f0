"""Arithmetic, and the bounds that are made of it."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.nodes import Arithmetic, Negation, Node, RangeLiteral
from connector_sdk.feel.parser.values import ValueParser


class OperatorParser(ValueParser):
    """Reads `+ - * / **` and the minus in front."""

    def arithmetic(self) -> Node | None:
        """The highest rank that a comparison's side can have."""
        return self.remember("arithmetic", self.sum)

    def sum(self) -> Node | None:
        """`a + b - c`"""
        return self._operators(("+", "-"), self.product)

    def product(self) -> Node | None:
        """`a * b / c`"""
        return self._operators(("*", "/"), self.power)

    def power(self) -> Node | None:
        """`a ** b ** c`, from left to right: `2**3**2` is 64."""
        return self._operators(("**",), self.negation)

    def _operators(self, operators: tuple[str, ...], operand: Callable[[], Node | None]) -> Node | None:
        first = operand()
        if first is None:
            return None
        rest: list[tuple[str, Node]] = []
        while True:
            start = self.position
            operator = self.take_one(operators)
            node = operand() if operator else None
            if operator is None or node is None:
                self.position = start
                return Arithmetic(first, tuple(rest)) if rest else first
            rest.append((operator, node))

    def negation(self) -> Node | None:
        """`-x` binds tighter than `**`: `-2**2` is 4. A second minus can only be a number's own sign."""
        position = self.lexer.skip(self.position)
        if self.text[position] != "-":
            return self.value()
        self.position = position + 1
        operand = self.value()
        return None if operand is None else Negation(operand)

    def range_literal(self) -> RangeLiteral | None:
        """`[1..5]`, `(1..5)`, `]1..5[`"""
        opening = self.take_one(("(", "]", "["))
        if opening is None:
            return None
        start = self.arithmetic()
        if start is None or not self.take(".."):
            return None
        end = self.arithmetic()
        closing = self.take_one((")", "[", "]"))
        if end is None or closing is None:
            return None
        return RangeLiteral(start, end, opening == "[", closing == "]")
