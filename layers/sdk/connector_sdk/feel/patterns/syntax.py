"""Java's regular expressions, read into a tree."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.patterns import classes
from connector_sdk.feel.patterns.classes import CharacterSet
from connector_sdk.feel.patterns.nodes import (
    Alternatives,
    Assertion,
    BackReference,
    Characters,
    Group,
    Look,
    Node,
    Repeat,
    Sequence,
    length_of,
)
from connector_sdk.feel.patterns.positions import (
    at_end,
    at_end_of_text,
    at_line_end,
    at_line_start,
    at_start,
    at_word_border,
    inside_word,
)

END = ""
_DIGITS = frozenset("0123456789")
MAX_REPEAT = 1_000
"""Largest number in `{n,m}`."""
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\x07", "e": "\x1b"}
_BORDERS: dict[str, Callable[[str, int], bool]] = {
    "b": at_word_border,
    "B": inside_word,
    "A": at_start,
    "z": at_end_of_text,
    "Z": at_end,
}
_LOOKS = {"=": (True, False), "!": (True, True), "<=": (False, False), "<!": (False, True)}


class PatternParser:
    """Reads one pattern. Every method raises InvocationFailure where Java would not compile it."""

    def __init__(self, text: str, flags: frozenset[str]) -> None:
        self.text = text
        self.position = 0
        self.flags = flags
        self.groups = 0
        self.names: dict[str, int] = {}

    def whole(self) -> Node:
        """The whole pattern."""
        node = self.alternatives()
        if self.position < len(self.text):
            self.fail("Unmatched closing ')'")
        return node

    def fail(self, reason: str) -> InvocationFailure:
        """Never returns; the type lets callers raise it."""
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
                while self.position < len(self.text) and self.text[self.position] not in classes.LINE_ENDS:
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

    def alternatives(self) -> Node:
        """`a|b`; flags that are set inside end with it."""
        flags = self.flags
        branches = [self.sequence()]
        while self.take("|"):
            branches.append(self.sequence())
        self.flags = flags
        return branches[0] if len(branches) == 1 else Alternatives(branches)

    def sequence(self) -> Node:
        """One after the other."""
        items: list[Node] = []
        while self.peek() not in (END, "|", ")"):
            item = self.atom()
            if item is not None:
                items.append(self.repeated(item))
        return items[0] if len(items) == 1 else Sequence(items)

    def repeated(self, node: Node) -> Node:
        """`*`, `+`, `?`, `{n,m}`, each greedy, lazy (`?`) or possessive (`+`)."""
        while True:
            if self.take("*"):
                least, most = 0, None
            elif self.take("+"):
                least, most = 1, None
            elif self.take("?"):
                least, most = 0, 1
            elif self.peek() == "{":
                least, most = self.counts()
            else:
                return node
            mode = "lazy" if self.take("?") else "possessive" if self.take("+") else "greedy"
            node = Repeat(node, least, most, mode)

    def counts(self) -> tuple[int, int | None]:
        """`{n}`, `{n,}`, `{n,m}`"""
        self.expect("{")
        least, comma, most = self.until("}").partition(",")
        if not least.isdecimal() or (most and not most.isdecimal()):
            self.fail("Illegal repetition")
        low, high = int(least), int(most) if most else (None if comma else int(least))
        if low > MAX_REPEAT or (high is not None and (high > MAX_REPEAT or high < low)):
            self.fail("Illegal repetition range")
        return low, high

    def atom(self) -> Node | None:
        """What a quantifier can stand behind; None for flags, which match nothing."""
        character = self.peek()
        if character == "(":
            return self.group()
        if character == "[":
            return Characters(self.bracketed())
        if character == "\\":
            return self.escape()
        if character in "*+?{":
            self.fail(f"Dangling meta character '{character}'")
        self.position += 1
        if character in ".^$":
            return self.meta(character)
        return Characters(classes.single(character, self.ignore_case), self.plain(character))

    def meta(self, character: str) -> Node:
        """`.`, `^` and `$`"""
        by_line = "m" in self.flags
        if character == "^":
            return Assertion(at_line_start if by_line else at_start)
        if character == "$":
            return Assertion(at_line_end if by_line else at_end)
        return self.any_character()

    @property
    def ignore_case(self) -> bool:
        """Flag `i`."""
        return "i" in self.flags

    def plain(self, character: str) -> str | None:
        """The character itself if it can only match itself."""
        return None if self.ignore_case and character.isalpha() else character

    def any_character(self) -> Node:
        """`.`"""
        if "s" in self.flags:
            return Characters(lambda character: True)
        return Characters(lambda character: character not in classes.LINE_ENDS)

    def group(self) -> Node | None:
        """`(…)` and all that begin with `(?`."""
        self.expect("(")
        if not self.text.startswith("?", self.position):
            return self.captured(None)
        self.position += 1
        for mark in ("<=", "<!", "=", "!"):
            if self.take(mark):
                return self.look(*_LOOKS[mark])
        if self.take(":"):
            return self.closed(self.alternatives())
        if self.take(">"):
            return Repeat(self.closed(self.alternatives()), 1, 1, "possessive")
        if self.take("<"):
            name = self.until(">")
            if not (name.isascii() and name.isalnum() and name[0].isalpha()) or name in self.names:
                self.fail("bad name of a group")
            return self.captured(name)
        return self.flagged()

    def closed(self, node: Node) -> Node:
        """The node, and the closing bracket behind it."""
        self.expect(")")
        return node

    def captured(self, name: str | None) -> Node:
        """A group with a number."""
        self.groups += 1
        number = self.groups
        if name is not None:
            self.names[name] = number
        return Group(self.closed(self.alternatives()), number)

    def look(self, ahead: bool, negative: bool) -> Node:
        """Look around; behind only if the length has a bound, as in Java."""
        node = self.closed(self.alternatives())
        shortest, longest = length_of(node)
        if not ahead and longest is None:
            self.fail("Look-behind group does not have an obvious maximum length")
        return Look(node, ahead, negative, shortest, longest or 0)

    def flagged(self) -> Node | None:
        """`(?i)` up to the end of the group around, `(?i:…)` for its own."""
        before = self.flags
        sign = True
        while (flag := self.text[self.position : self.position + 1]) not in (")", ":"):
            self.position += 1
            if flag == "-" and sign:
                sign = False
            elif flag and flag in "imsxudU":
                self.flags = self.flags | {flag} if sign else self.flags - {flag}
            else:
                self.fail("Unknown inline modifier")
        self.position += 1
        if flag == ")":
            return None
        node = self.closed(self.alternatives())
        self.flags = before
        return node

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

    def quoted(self) -> Node:
        r"""`\Q…\E`"""
        stop = self.text.find("\\E", self.position)
        text = self.text[self.position : stop if stop >= 0 else None]
        self.position = stop + 2 if stop >= 0 else len(self.text)
        ignore = self.ignore_case
        return Sequence([Characters(classes.single(character, ignore), self.plain(character)) for character in text])

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

    def one(self) -> str:
        """The next character."""
        self.position += 1
        return self.text[self.position - 1 : self.position]

    def coded(self, letter: str) -> str:
        r"""`\x41`, `\x{1F40E}`, `\u0041`, `\0101`, `\cA`"""
        if letter == "c":
            character = self.one()
            return chr(ord(character) ^ 64) if character else str(self.fail("Illegal control escape sequence"))
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
            return str(self.fail("Illegal character escape"))

    def digits(self, allowed: str, most: int) -> str:
        """Up to so many digits."""
        start = self.position
        while self.position < len(self.text) and self.position - start < most and self.text[self.position] in allowed:
            self.position += 1
        return self.text[start : self.position]

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
            return classes.between(first, str(last), self.ignore_case)
        return classes.single(first, self.ignore_case)

    def bracket_character(self) -> str | CharacterSet:
        """One character inside brackets, or a set behind a backslash."""
        if self.peek() == "\\":
            self.position += 1
            return self.escaped()
        return self.one() or str(self.fail("Unclosed character class"))


_ESCAPES: dict[str, Callable[[PatternParser], Node]] = {
    "Q": PatternParser.quoted,
    "R": PatternParser.line_break,
    "k": PatternParser.named_reference,
    **dict.fromkeys("123456789", PatternParser.numbered),
}
"""What needs more than a character or a set."""
