"""From characters to words: whitespace and comments, names, numbers, texts.

feel-scala has no separate token stream: what a word is depends on where it stands (`{a b: 1}`, `date and time(x)`,
`1andtrue`). So the lexer answers questions about one position, and the parser asks the ones that fit there.
"""

from __future__ import annotations

import re

from connector_sdk.feel.errors import FeelSyntaxError

# The 28 whitespace characters of DMN 1.5 (grammar rules 61 and 62) and of feel-scala.
WHITESPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
END = "\uffff"  # not a character of any word, so that looking one further is always possible

RESERVED = frozenset(
    ("null", "true", "false", "function", "in", "return", "then", "else", "satisfies", "and", "or")
)  # may not be names by themselves; may be parts of names

_SPACE = re.compile(rf"(?:[{WHITESPACE}]+|//[^\n]*\n?|/\*(?:[^*]|\*(?!/))*\*/)*")
_SPACE_STARTS = frozenset(WHITESPACE + "/")
_ASCII_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_TEXT = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_QUOTED_NAME = re.compile(r"`([^`]+)`")
_START_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Sc", "Pc"))
_PART_CATEGORIES = _START_CATEGORIES | {"Nd", "Mc", "Mn", "Cf"}
_ESCAPE = re.compile(r"""(?<!\\)\\([nrtbf'"])""")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def _category(character: str) -> str:
    import unicodedata  # only texts with letters beyond ASCII pay for it

    return unicodedata.category(character)


def _is_name_start(character: str) -> bool:
    """Java's Character.isJavaIdentifierStart(char): one UTF-16 unit, so nothing beyond U+FFFF."""
    return character < "\uffff" and _category(character) in _START_CATEGORIES


def _is_name_part(character: str) -> bool:
    """Java's Character.isJavaIdentifierPart(char), except FEEL's whitespace."""
    if character in WHITESPACE or character >= "\uffff":
        return False
    code = ord(character)
    ignorable = code <= 0x08 or 0x0E <= code <= 0x1B or 0x7F <= code <= 0x9F
    return ignorable or _category(character) in _PART_CATEGORIES


class Lexer:
    """Answers what stands at a position of one text. Positions after the end are never asked for."""

    __slots__ = ("length", "text")

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self.text = text + END

    def skip(self, position: int) -> int:
        """The first position that is neither whitespace nor comment.

        Raises FeelSyntaxError for a comment without end.
        """
        if self.text[position] not in _SPACE_STARTS:
            return position
        match = _SPACE.match(self.text, position)
        end = match.end() if match else position
        if self.text.startswith("/*", end):
            raise FeelSyntaxError("this comment never ends, it needs a */", end, self.text)
        return min(end, self.length)

    def run(self, position: int) -> int:
        """The end of the run of name characters that starts here; the position itself if none does."""
        text = self.text
        match = _ASCII_NAME.match(text, position)
        if match:
            end = match.end()
        elif text[position] > "\x7f" and position < self.length and _is_name_start(text[position]):
            end = position + 1
        else:
            return position
        while end < self.length and not " " <= text[end] <= "\x7e" and _is_name_part(text[end]):
            end += 1
            match = _ASCII_PART.match(text, end)
            end = match.end() if match else end
        return end

    def name(self, position: int) -> int:
        """The end of the name here, or -1: a run of name characters that is not a reserved word."""
        end = self.run(position)
        return -1 if end == position or self.text[position:end] in RESERVED else end

    def spaced_name(self, position: int) -> int:
        """The end of a name of several words here (`substring before`), or -1. Only plain blanks separate words."""
        end = self.name(position)
        words = 0
        while end > 0 and self.text[end] == " ":
            start = end
            while self.text[start] == " ":
                start += 1
            following = self.name(start)
            if following < 0:
                break
            end, words = following, words + 1
        return end if words else -1

    def quoted_name(self, position: int) -> tuple[str, int] | None:
        """A name in backticks, and its end."""
        match = _QUOTED_NAME.match(self.text, position, self.length)
        return (match.group(1), match.end()) if match else None

    def number(self, position: int) -> int:
        """The end of the number here, or -1; a sign belongs to it."""
        match = _NUMBER.match(self.text, position)
        return match.end() if match else -1

    def quoted(self, position: int) -> tuple[str, int] | None:
        """What stands between the quotes here, escapes untouched, and the end."""
        match = _TEXT.match(self.text, position, self.length)
        return (match.group(1), match.end()) if match else None


_ASCII_PART = re.compile(r"[A-Za-z0-9_$]*")


def unescape(raw: str) -> str:
    r"""The text that the quoted characters stand for: \n \r \t \b \f \' \" are escapes, then \\ is one backslash.

    As in feel-scala, an escape with a backslash before it is none: `\\\"` is two backslashes and a quote.
    """
    if "\\" not in raw:
        return raw
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match.group(1), match.group(1)), raw).replace("\\\\", "\\")
