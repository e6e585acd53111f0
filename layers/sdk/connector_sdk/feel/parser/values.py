"""Values, and what can be done to one: `.name` and `[filter]`, any number of times."""

from __future__ import annotations

from connector_sdk.feel.nodes import Chain, InputValue, Literal, Node, Reference
from connector_sdk.feel.parser.calls import CallParser
from connector_sdk.feel.values.temporal_text import LITERALS

_TEMPORAL = tuple(LITERALS)


class ValueParser(CallParser):
    """Reads the operands of operators."""

    def value(self) -> Node | None:
        """A terminal and its chain."""
        base = self.terminal()
        if base is None:
            return None
        steps: list[str | Node] = []
        while True:
            start = self.position
            following = self.peek()
            step: str | Node | None = None
            if following == "." and self.take("."):
                step = self.property_name()
            elif following == "[":
                step = self.filter()
            if step is None:
                self.position = start
                return Chain(base, tuple(steps)) if steps else base
            steps.append(step)

    def filter(self) -> Node | None:
        """`[expression]`"""
        if not self.take("["):
            return None
        node = self.expression()
        return node if node is not None and self.take("]") else None

    def terminal(self) -> Node | None:
        """The order is feel-scala's: a call before a name, a name before a literal."""
        start = self.position = self.lexer.skip(self.position)
        first = self.text[start]
        if first in '"0123456789{[-.':
            return self.literal()
        if first == "(":
            return self.in_brackets()
        if first == "?":
            self.position += 1
            return InputValue()
        if first in "dt@":
            literal = self.temporal()
            if literal is not None:
                return literal
        for rule in (self.call, self.reference, self.literal, self.function_definition):
            self.position = start
            node = rule()
            if node is not None:
                return node
        return None

    def temporal(self) -> Node | None:
        """`date("…")`, `@"…"` with a text in quotes is a literal; null if the text is no such value."""
        word = self.take_one(_TEMPORAL)
        if word is None:
            return None
        bracket = word != "@"
        if bracket and not self.take("("):
            return None
        raw = self.quoted()
        return None if raw is None or (bracket and not self.take(")")) else Literal(LITERALS[word](raw))

    def reference(self) -> Node | None:
        """A variable, with its path: `a.b.c`"""
        names = self.qualified_name()
        return None if names is None else Reference(names)

    def in_brackets(self) -> Node | None:
        """`(expression)`"""
        if not self.take("("):
            return None
        node = self.expression()
        return node if node is not None and self.take(")") else None
