"""Where the reader of a pattern stands."""

from __future__ import annotations

from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.patterns.classes import LINE_ENDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

END = ""


class PatternCursor:
    """Reads characters. Every method raises InvocationFailure where Java would not compile the pattern."""

    def __init__(self, text: str, flags: frozenset[str]) -> None:
        self.text = text
        self.position = 0
        self.flags = flags
        self.groups = 0
        self.names: dict[str, int] = {}

    def fail(self, reason: str) -> NoReturn:
        """Raise InvocationFailure."""
        raise InvocationFailure(f"Invalid pattern '{self.text}': {reason} at {self.position}")

    def peek(self) -> str:
        """The next character that counts, END at the end."""
        if "x" in self.flags:
            self.skip_comments()
        return self.text[self.position : self.position + 1]

    def skip_comments(self) -> None:
        """Flag `x`: blanks, and everything from # to the end of the line."""
        while self.position < len(self.text):
            character = self.text[self.position]
            if character == "#":
                while self.position < len(self.text) and self.text[self.position] not in LINE_ENDS:
                    self.position += 1
            elif character not in " \t\n\x0b\f\r":
                return
            else:
                self.position += 1

    def take(self, wanted: str) -> bool:
        """Read exactly these characters."""
        self.peek()
        if self.text.startswith(wanted, self.position):
            self.position += len(wanted)
            return True
        return False

    def expect(self, wanted: str) -> None:
        """Read exactly these characters, or fail."""
        if not self.take(wanted):
            self.fail(f"expected {wanted}")

    def until(self, end: str) -> str:
        """The characters up to an end, which is read too."""
        stop = self.text.find(end, self.position)
        if stop < 0:
            self.fail(f"expected {end}")
        found = self.text[self.position : stop]
        self.position = stop + len(end)
        return found

    def one(self) -> str:
        """The next character."""
        self.position += 1
        return self.text[self.position - 1 : self.position]

    def digits(self, allowed: str, most: int) -> str:
        """Up to so many digits."""
        start = self.position
        while self.position < len(self.text) and self.position - start < most and self.text[self.position] in allowed:
            self.position += 1
        return self.text[start : self.position]

    @property
    def ignore_case(self) -> bool:
        """Flag `i`."""
        return "i" in self.flags

    def plain(self, character: str) -> str | None:
        """The character itself if it can only match itself."""
        return None if self.ignore_case and character.isalpha() else character
