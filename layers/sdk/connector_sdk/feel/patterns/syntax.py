"""Java's regular expressions, read into a tree."""

from __future__ import annotations

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_REPEAT
from connector_sdk.feel.patterns import classes
from connector_sdk.feel.patterns.cursor import END
from connector_sdk.feel.patterns.escapes import EscapeReader
from connector_sdk.feel.patterns.nodes import (
    Alternatives,
    Assertion,
    Characters,
    Group,
    Look,
    Node,
    Repeat,
    Sequence,
    length_of,
)
from connector_sdk.feel.patterns.positions import at_end, at_line_end, at_line_start, at_start

_LOOKS = {"=": (True, False), "!": (True, True), "<=": (False, False), "<!": (False, True)}


class PatternParser(EscapeReader):
    """Reads one pattern. Every method raises InvocationFailure where Java would not compile it."""

    def whole(self) -> Node:
        """The whole pattern."""
        node = self.alternatives()
        if self.position < len(self.text):
            self.fail("Unmatched closing ')'")
        return node

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
        """`{n}`, `{n,}`, `{n,m}`. Raises FeelEvaluationError beyond MAX_REPEAT."""
        self.expect("{")
        least, comma, most = self.until("}").partition(",")
        if not least.isdecimal() or (most and not most.isdecimal()):
            self.fail("Illegal repetition")
        low, high = int(least), int(most) if most else (None if comma else int(least))
        if high is not None and high < low:
            self.fail("Illegal repetition range")
        if (times := max(low, high or 0)) > MAX_REPEAT:
            raise FeelEvaluationError(f"a pattern repeats a part {times} times, {MAX_REPEAT} are allowed (MAX_REPEAT)")
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
