r"""What stands behind a backslash, and what stands in brackets."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.patterns import classes
from connector_sdk.feel.patterns.classes import CharacterSet
from connector_sdk.feel.patterns.cursor import END, PatternCursor
from connector_sdk.feel.patterns.nodes import Alternatives, Assertion, BackReference, Characters, Node, Sequence
from connector_sdk.feel.patterns.positions import at_end, at_end_of_text, at_start, at_word_border, inside_word

_DIGITS = frozenset("0123456789")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\x07", "e": "\x1b"}
_BORDERS: dict[str, Callable[[str, int], bool]] = {
    "b": at_word_border,
    "B": inside_word,
    "A": at_start,
    "z": at_end_of_text,
    "Z": at_end,
}


class EscapeReader(PatternCursor):
    """Reads single characters, sets of them, and references."""

    def escape(self) -> Node:
        """What stands behind a backslash, outside of brackets."""
        self.position += 1
        letter = self.text[self.position : self.position + 1]
        if letter in _BORDERS:
            self.position += 1
            return Assertion(_BORDERS[letter])
        read = _ESCAPES.get(letter)
        if read is not None:
            self.position += 1
            return read(self)
        found = self.escaped()
        if isinstance(found, str):
            return Characters(classes.single(found, self.ignore_case), self.plain(found))
        return Characters(found)

    def quoted(self) -> Node:
        r"""`\Q…\E`"""
        stop = self.text.find("\\E", self.position)
        text = self.text[self.position : stop if stop >= 0 else None]
        self.position = stop + 2 if stop >= 0 else len(self.text)
        ignore = self.ignore_case
        return Sequence([Characters(classes.single(character, ignore), self.plain(character)) for character in text])

    def line_break(self) -> Node:
        r"""`\R`"""
        pair = Sequence([Characters("\r".__eq__, "\r"), Characters("\n".__eq__, "\n")])
        return Alternatives([pair, Characters(classes.ESCAPED["v"])])

    def named_reference(self) -> Node:
        r"""`\k<name>`"""
        self.expect("<")
        name = self.until(">")
        if name not in self.names:
            self.fail(f"there is no group {name}")
        return BackReference(self.names[name], self.ignore_case)

    def numbered(self) -> Node:
        r"""`\1`; more digits count while there is such a group."""
        number = int(self.text[self.position - 1])
        while self.text[self.position : self.position + 1] in _DIGITS:
            longer = number * 10 + int(self.text[self.position])
            if longer > self.groups:
                break
            number, self.position = longer, self.position + 1
        return BackReference(number, self.ignore_case)

    def escaped(self) -> str | CharacterSet:
        """One character or set behind a backslash; the position is at the letter."""
        letter = self.text[self.position : self.position + 1]
        if not letter:
            self.fail("Unexpected end behind a backslash")
        self.position += 1
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter.lower() in classes.ESCAPED:
            found = classes.ESCAPED[letter.lower()]
            return found if letter.islower() else classes.negated(found)
        if letter in "pP":
            name = self.until("}") if self.take("{") else self.one()
            found = classes.named(name)
            return found if letter == "p" else classes.negated(found)
        if letter in "xu0c":
            return self.coded(letter)
        if letter.isascii() and letter.isalpha():
            self.fail("Illegal escape sequence")
        return letter

    def coded(self, letter: str) -> str:
        r"""`\x41`, `\x{1F40E}`, `\u0041`, `\0101`, `\cA`"""
        if letter == "c":
            character = self.one()
            return chr(ord(character) ^ 64) if character else self.fail("Illegal control escape sequence")
        if letter == "0":
            digits = self.digits("01234567", 3)
            if len(digits) == 3 and digits[0] > "3":
                self.position -= 1
                digits = digits[:2]
        elif letter == "x" and self.text.startswith("{", self.position):
            self.position += 1
            digits = self.until("}")
        else:
            wanted = 2 if letter == "x" else 4
            digits = self.digits("0123456789abcdefABCDEF", wanted)
            digits = digits if len(digits) == wanted else ""
        try:
            return chr(int(digits, 8 if letter == "0" else 16))
        except (ValueError, OverflowError):
            self.fail("Illegal character escape")

    def bracketed(self) -> CharacterSet:
        """`[a-z]`, `[^a]`, `[a[bc]]`, `[a-z&&[^b]]`"""
        self.expect("[")
        negative = self.text.startswith("^", self.position)
        self.position += negative
        parts: list[list[CharacterSet]] = [[]]
        first = True
        while first or self.peek() != "]":
            if self.peek() == END:
                self.fail("Unclosed character class")
            if self.take("&&"):
                parts.append([])
            else:
                parts[-1].append(self.member())
            first = False
        self.position += 1
        found = classes.intersection([classes.union(part) for part in parts if part])
        return classes.remembered(classes.negated(found) if negative else found)

    def member(self) -> CharacterSet:
        """A character, a range, or a set inside brackets."""
        if self.peek() == "[":
            return self.bracketed()
        first = self.bracket_character()
        if not isinstance(first, str):
            return first
        if self.peek() == "-" and self.text[self.position + 1 : self.position + 2] not in ("]", "[", END):
            self.position += 1
            last = self.bracket_character()
            if not isinstance(last, str):
                self.fail("Illegal character range")
            return classes.between(first, last, self.ignore_case)
        return classes.single(first, self.ignore_case)

    def bracket_character(self) -> str | CharacterSet:
        """One character inside brackets, or a set behind a backslash."""
        if self.peek() == "\\":
            self.position += 1
            return self.escaped()
        return self.one() or self.fail("Unclosed character class")


_ESCAPES: dict[str, Callable[[EscapeReader], Node]] = {
    "Q": EscapeReader.quoted,
    "R": EscapeReader.line_break,
    "k": EscapeReader.named_reference,
    **dict.fromkeys("123456789", EscapeReader.numbered),
}
"""What needs more than a character or a set."""
