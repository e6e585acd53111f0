"""Where the parser stands: the position, what was tried there, and how deep it is."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.errors import FeelSyntaxError
from connector_sdk.feel.lexer import Lexer
from connector_sdk.feel.limits import MAX_EXPRESSION_LENGTH, MAX_NESTING
from connector_sdk.feel.nodes import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TypeVar

    T = TypeVar("T")


class Memory:
    """What a rule read at a position, and where it ended."""

    __slots__ = ("end", "node")

    def __init__(self, node: Node | None, end: int) -> None:
        self.node = node
        self.end = end


class Cursor:
    """Reads words and goes back if a rule does not fit.

    Every rule takes the position from `self.position`, returns None where it does not fit (the position is then
    wherever it gave up: the caller resets it) and otherwise leaves the position behind what it read.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_EXPRESSION_LENGTH:
            raise FeelSyntaxError(
                f"this expression has {len(text)} characters, {MAX_EXPRESSION_LENGTH} are allowed",
                MAX_EXPRESSION_LENGTH,
                text,
            )
        self.source = text
        self.lexer = Lexer(text)
        self.text = self.lexer.text
        self.position = 0
        self.depth = 0
        self.furthest = 0
        self.expected: set[str] = set()
        self.memory: dict[tuple[str, int], Memory] = {}

    def missed(self, position: int, wanted: str) -> None:
        """Remember what would have been right at the furthest position; the error message names it."""
        if position > self.furthest:
            self.furthest = position
            self.expected = {wanted}
        elif position == self.furthest:
            self.expected.add(wanted)

    def fail(self) -> NoReturn:
        """Raise the syntax error of the furthest position that any rule reached."""
        wanted = " or ".join(sorted(self.expected)) or "an expression"
        rest = self.source[self.furthest : self.furthest + 20]
        found = repr(rest.split("\n")[0]) if rest else "the end"
        raise FeelSyntaxError(f"expected {wanted}, found {found}", self.furthest, self.source)

    def take(self, literal: str) -> bool:
        """Read exactly these characters. Words need no border behind them: `1andtrue` is a conjunction."""
        position = self.lexer.skip(self.position)
        if self.text.startswith(literal, position):
            self.position = position + len(literal)
            return True
        self.missed(position, repr(literal))
        return False

    def take_one(self, literals: tuple[str, ...]) -> str | None:
        """Read the first of these that stands here."""
        position = self.lexer.skip(self.position)
        for literal in literals:
            if self.text.startswith(literal, position):
                self.position = position + len(literal)
                return literal
        self.missed(position, "an operator" if literals[0] in "<=+**/" else repr(literals[0]))
        return None

    def peek(self) -> str:
        """The next character that is neither whitespace nor comment."""
        return self.text[self.lexer.skip(self.position)]

    def list_of(self, rule: Callable[[], T | None], separator: str = ",") -> list[T]:
        """As many as there are, with a separator between them; one behind the last is not read."""
        items: list[T] = []
        while True:
            start = self.position
            if items and not self.take(separator):
                self.position = start
                return items
            item = rule()
            if item is None:
                self.position = start
                return items
            items.append(item)

    def recall(self, rule: str) -> Memory | None:
        """What a rule read here before; then the position is behind it. Otherwise the next word is where it begins."""
        position = self.position = self.lexer.skip(self.position)
        memory = self.memory.get((rule, position))
        if memory is not None:
            self.position = memory.end
        return memory

    def remember(self, rule: str, start: int, node: Node | None) -> Node | None:
        """Keep what a rule read: going back then costs nothing, however deep the nesting."""
        self.memory[(rule, start)] = Memory(node, self.position)
        return node

    def deeper(self) -> None:
        """One more expression inside another. Raises FeelSyntaxError beyond MAX_NESTING."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FeelSyntaxError(
                f"this is the expression number {self.depth} inside another, {MAX_NESTING} are allowed",
                self.position,
                self.source,
            )

    def optional_name(self) -> str | None:
        """A name, plain or in backticks."""
        position = self.lexer.skip(self.position)
        end = self.lexer.name(position)
        if end > 0:
            self.position = end
            return self.text[position:end]
        quoted = self.lexer.quoted_name(position)
        if quoted is None:
            self.missed(position, "a name")
            return None
        self.position = quoted[1]
        return quoted[0]

    def quoted(self) -> str | None:
        """What stands between quotes, escapes untouched."""
        position = self.lexer.skip(self.position)
        found = self.lexer.quoted(position)
        if found is None:
            self.missed(position, "a text in quotes")
            return None
        self.position = found[1]
        return found[0]
