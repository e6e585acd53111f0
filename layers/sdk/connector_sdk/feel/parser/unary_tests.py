"""Comparisons, and tests: of an input value, or of the left side of `in`."""

from __future__ import annotations

from connector_sdk.feel.nodes import (
    Comparison,
    Conjunction,
    Disjunction,
    In,
    InputComparison,
    InputInRange,
    InputTest,
    InstanceOf,
    Literal,
    Node,
    Not,
)
from connector_sdk.feel.parser.operators import OperatorParser

_COMPARISONS = ("<=", ">=", "<", ">", "!=", "=")
_INPUT_COMPARISONS = ("<=", ">=", "<", ">")
_TYPE_NAMES = ("years and months duration", "days and time duration", "date and time", "function")


class TestParser(OperatorParser):
    """Reads what is true or false."""

    def comparison(self) -> Node | None:
        """An operand, alone or compared once (`1 < 2 < 3` is no expression), or a test of the input."""
        start = self.position
        left = self.arithmetic()
        if left is None:
            self.position = start
            return self.simple_test()
        after = self.position
        for rule in (self.compared, self.between, self.instance_of, self.in_tests):
            self.position = after
            node = rule(left)
            if node is not None:
                return node
        self.position = after
        return left

    def compared(self, left: Node) -> Node | None:
        """`left < right`"""
        operator = self.take_one(_COMPARISONS)
        right = self.arithmetic() if operator else None
        return None if operator is None or right is None else Comparison(operator, left, right)

    def between(self, left: Node) -> Node | None:
        """`left between a and b`, both included"""
        if not self.take("between"):
            return None
        low = self.arithmetic()
        if low is None or not self.take("and"):
            return None
        high = self.arithmetic()
        if high is None:
            return None
        return Conjunction((Comparison(">=", left, low), Comparison("<=", left, high)))

    def instance_of(self, left: Node) -> Node | None:
        """`left instance of type`"""
        if not (self.take("instance") and self.take("of")):
            return None
        name = self.take_one(_TYPE_NAMES) or ".".join(self.qualified_name() or ())
        return InstanceOf(left, name) if name else None

    def in_tests(self, left: Node) -> Node | None:
        """`left in (test, test)` or `left in test`"""
        if not self.take("in"):
            return None
        start = self.position
        if self.take("("):
            tests = self.positive_tests()
            if tests is not None and self.take(")"):
                return In(left, tests)
        self.position = start
        test = self.positive_test()
        return None if test is None else In(left, test)

    def unary_tests(self) -> Node | None:
        """The cell of a decision table: `not(…)`, tests, or `-` for anything."""
        start = self.position
        if self.take("not") and self.take("("):
            tests = self.positive_tests()
            if tests is not None and self.take(")"):
                return Not(tests)
        self.position = start
        tests = self.positive_tests()
        if tests is not None:
            return tests
        self.position = start
        return Literal(True) if self.take("-") else None

    def positive_tests(self) -> Node | None:
        """Tests of which one must hold."""
        tests = self.list_of(self.positive_test)
        if len(tests) < 2:
            return tests[0] if tests else None
        return Disjunction(tuple(tests))

    def positive_test(self) -> Node | None:
        """A bare truth value up to the end is compared with the input; anything else is evaluated."""
        start = self.lexer.skip(self.position)
        for word, value in (("true", True), ("false", False)):
            self.position = start
            if self.take(word) and self.lexer.skip(self.position) == self.lexer.length:
                return InputComparison("=", Literal(value))
        self.position = start
        simple = self.simple_test()
        if simple is not None:
            return simple
        self.position = start
        expression = self.expression()
        return None if expression is None else InputTest(expression)

    def simple_test(self) -> Node | None:
        """`< 5` or `[1..5]`"""
        start = self.position
        operator = self.take_one(_INPUT_COMPARISONS)
        if operator is not None:
            right = self.arithmetic()
            if right is not None:
                return InputComparison(operator, right)
        self.position = start
        range_literal = self.range_literal()
        return None if range_literal is None else InputInRange(range_literal)
