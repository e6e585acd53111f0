"""Calls and definitions of functions."""

from __future__ import annotations

from connector_sdk.feel.nodes import Call, ExternalFunction, FunctionDefinition, Node, RangeLiteral
from connector_sdk.feel.parser.literals import LiteralParser

# Names of functions that begin with a reserved word. The first that fits is taken, as in feel-scala: `order(1)` is
# read as `or` and then fails to be a call.
_NAMES_WITH_RESERVED_WORDS = ("and", "or", "date and time", "years and months duration", "get or else")
_PROPERTY_WITH_BLANK = "time offset"


class CallParser(LiteralParser):
    """Reads `f(x)`, `a.f(x: 1)` and `function(x) x`."""

    def range_literal(self) -> RangeLiteral | None:
        """`[1..5]`; the rule is further down the line, where its bounds can be read."""
        raise NotImplementedError

    def qualified_name(self) -> tuple[str, ...] | None:
        """`a.b.c`"""
        names = self.list_of(self.property_name, ".")
        return tuple(names) or None

    def property_name(self) -> str | None:
        """A name behind a dot; `time offset` is the only property with a blank."""
        position = self.lexer.skip(self.position)
        if self.text.startswith(_PROPERTY_WITH_BLANK, position):
            self.position = position + len(_PROPERTY_WITH_BLANK)
            return _PROPERTY_WITH_BLANK
        return self.optional_name()

    def function_name(self) -> tuple[str, ...] | None:
        """The name before the bracket of a call."""
        position = self.lexer.skip(self.position)
        end = self.lexer.spaced_name(position)
        if end > 0:
            self.position = end
            return (self.text[position:end],)
        for name in _NAMES_WITH_RESERVED_WORDS:
            if self.text.startswith(name, position):
                self.position = position + len(name)
                return (name,)
        return self.qualified_name()

    def call(self) -> Node | None:
        """`f(1)` or `a.b.f(x: 1)`"""
        names = self.function_name()
        if names is None or not self.take("("):
            return None
        start = self.position
        for read in (self.named_arguments, self.positional_arguments):
            self.position = start
            call = read(names)
            if call is not None and self.take(")"):
                return call
        self.position = start
        return Call(names[:-1], names[-1], (), None) if self.take(")") else None

    def named_arguments(self, names: tuple[str, ...]) -> Call | None:
        """`x: 1, y: 2`; of a name that comes twice the last counts."""
        arguments = dict(self.list_of(self.named_argument))
        return Call(names[:-1], names[-1], tuple(arguments.values()), tuple(arguments)) if arguments else None

    def named_argument(self) -> tuple[str, Node] | None:
        """`x: 1`"""
        name = self.parameter_name()
        if name is None or not self.take(":"):
            return None
        value = self.argument()
        return None if value is None else (name, value)

    def positional_arguments(self, names: tuple[str, ...]) -> Call | None:
        """`1, 2`"""
        arguments = self.list_of(self.argument)
        return Call(names[:-1], names[-1], arguments, None) if arguments else None

    def argument(self) -> Node | None:
        """A range, or else any expression."""
        start = self.position
        range_literal = self.range_literal()
        if range_literal is not None:
            return range_literal
        self.position = start
        return self.expression()

    def parameter_name(self) -> str | None:
        """A name that may have blanks: a comma or a colon ends it."""
        position = self.lexer.skip(self.position)
        end = self.lexer.spaced_name(position)
        if end > 0:
            self.position = end
            return self.text[position:end]
        return self.optional_name()

    def function_definition(self) -> Node | None:
        """`function(a, b) a + b`"""
        if not (self.take("function") and self.take("(")):
            return None
        parameters = self.list_of(self.parameter_name)
        if not self.take(")"):
            return None
        start = self.position
        body = self.external_function()
        if body is None:
            self.position = start
            body = self.expression()
        return None if body is None else FunctionDefinition(tuple(parameters), body)

    def external_function(self) -> Node | None:
        """`external {java: {class: "…", method signature: "max(int,int)"}}`"""
        read = (
            self.take("external")
            and all(map(self.take, ("{", "java", ":", "{", "class", ":")))
            and self.quoted() is not None
            and all(map(self.take, (",", "method signature", ":", '"')))
            and self.optional_name() is not None
            and self.take("(")
        )
        if not read:
            return None
        self.list_of(self.qualified_name)
        return ExternalFunction() if all(map(self.take, (")", '"', "}", "}"))) else None
