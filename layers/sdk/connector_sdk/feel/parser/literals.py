"""Literals: null, truth values, texts, numbers, lists and contexts."""

from __future__ import annotations

from decimal import Decimal

from connector_sdk.feel.lexer import unescape
from connector_sdk.feel.nodes import ContextLiteral, ListLiteral, Literal, Node
from connector_sdk.feel.parser.cursor import Cursor

_NOT_IN_KEYS = frozenset('"{}:,[]`')
_WORDS: tuple[tuple[str, bool | None], ...] = (("null", None), ("true", True), ("false", False))


class LiteralParser(Cursor):
    """Reads what stands for itself."""

    def expression(self) -> Node | None:
        """Any expression; the top of the grammar is the last module."""
        raise NotImplementedError

    def literal(self) -> Node | None:
        """Any literal but dates, which come before names."""
        position = self.lexer.skip(self.position)
        first = self.text[position]
        if first == '"':
            raw = self.quoted()
            return None if raw is None else Literal(unescape(raw))
        if first in "-.0123456789":
            return self.number(position)
        if first == "[":
            return self.list_literal()
        if first == "{":
            return self.context_literal()
        for word, value in _WORDS:
            if self.text.startswith(word, position):
                self.position = position + len(word)
                return Literal(value)
        self.missed(position, "a value")
        return None

    def number(self, position: int) -> Node | None:
        """A number keeps the digits it is written with: `2.50` has two decimals."""
        end = self.lexer.number(position)
        if end < 0:
            self.missed(position, "a number")
            return None
        self.position = end
        return Literal(Decimal(self.text[position:end]))

    def list_literal(self) -> Node | None:
        """`[1, 2]`"""
        if not self.take("["):
            return None
        items = self.list_of(self.expression)
        return ListLiteral(tuple(items)) if self.take("]") else None

    def context_literal(self) -> Node | None:
        """`{a: 1}`"""
        if not self.take("{"):
            return None
        entries = self.list_of(self.context_entry)
        return ContextLiteral(tuple(entries)) if self.take("}") else None

    def context_entry(self) -> tuple[str, Node] | None:
        """`key: value`; a key is free text without brackets, or a name in backticks, or a text in quotes."""
        start = self.position
        for read_key in (self.free_key, self.optional_name, self.quoted):
            self.position = start
            key = read_key()
            if key is not None:
                break
        if key is None or not self.take(":"):
            return None
        value = self.expression()
        return None if value is None else (key, value)

    def free_key(self) -> str | None:
        """Anything up to a colon that is not a bracket, a comma or a quote; blanks and comments inside belong to it."""
        start = end = self.lexer.skip(self.position)
        position = start
        while position < self.lexer.length and self.text[position] not in _NOT_IN_KEYS:
            end = position + 1
            position = self.lexer.skip(end)
        self.position = end
        return self.text[start:end] if end > start else None
