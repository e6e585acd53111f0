"""From text to tree, by feel-scala's grammar (its PEG rules, with their order of choice).

Each family of expressions is one module; each builds on the one before:
cursor → literals → calls → values → operators → unary_tests → control.
"""

from __future__ import annotations

from connector_sdk.feel.nodes import Node
from connector_sdk.feel.parser.control import ControlParser


def parse_expression(text: str) -> Node:
    """Read one expression. Raises FeelSyntaxError."""
    return _Parser(text).whole(tests=False)


def parse_unary_tests(text: str) -> Node:
    """Read unary tests, as the cells of a decision table have them. Raises FeelSyntaxError."""
    return _Parser(text).whole(tests=True)


class _Parser(ControlParser):
    def whole(self, *, tests: bool) -> Node:
        node = self.unary_tests() if tests else self.expression()
        if node is not None:
            end = self.lexer.skip(self.position)
            if end == self.lexer.length:
                return node
            self.missed(end, "the end")
        self.fail()
