"""Arithmetic, and the bounds that are made of it."""

from __future__ import annotations

from connector_sdk.feel.nodes import Arithmetic, Negation, Node, RangeLiteral
from connector_sdk.feel.parser.values import ValueParser

_RANKS = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_OPERATORS = ("**", "+", "-", "*", "/")


class OperatorParser(ValueParser):
    """Reads `+ - * / **` and the minus in front."""

    def arithmetic(self) -> Node | None:
        """The highest rank that a comparison's side can have; ranks are `+ -`, `* /`, `**`, each from left to right.

        `2**3**2` is 64. One loop for all ranks, so that brackets inside brackets need few calls.
        """
        memory = self.recall("arithmetic")
        if memory is not None:
            return memory.node
        position = self.position
        first = self.signed_value()
        if first is None:
            return self.remember("arithmetic", position, None)
        operands, operators = [first], list[str]()
        while True:
            start = self.position
            operator = self.take_one(_OPERATORS)
            operand = self.signed_value() if operator else None
            if operator is None or operand is None:
                self.position = start
                break
            while operators and _RANKS[operators[-1]] > _RANKS[operator]:
                self.fold(operands, operators)
            operands.append(operand)
            operators.append(operator)
        while operators:
            self.fold(operands, operators)
        return self.remember("arithmetic", position, operands[0])

    def fold(self, operands: list[Node], operators: list[str]) -> None:
        """Make one node of the last operators of equal rank."""
        rank = _RANKS[operators[-1]]
        count = 1
        while count < len(operators) and _RANKS[operators[-1 - count]] == rank:
            count += 1
        rest = tuple(zip(operators[-count:], operands[-count:], strict=True))
        del operators[-count:], operands[-count:]
        operands[-1] = Arithmetic(operands[-1], rest)

    def signed_value(self) -> Node | None:
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
