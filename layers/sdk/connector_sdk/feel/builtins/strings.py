"""Texts. Positions count from 1, negative ones from the end; the unit is Java's char (UTF-16)."""

from __future__ import annotations

import re
from decimal import Decimal

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_STRING_LENGTH
from connector_sdk.feel.registry import builtin
from connector_sdk.feel.scope import Run
from connector_sdk.feel.values import Value, utf16
from connector_sdk.feel.values.numbers import as_int

_BLANK = r"[\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]*"  # Java's isWhitespace
_TRIMMED = "".join(map(chr, range(33)))  # String.trim: everything up to the blank


TYPE_CHECKING = False
if TYPE_CHECKING:
    from connector_sdk.feel.patterns import Pattern


def _pattern(run: Run, text: str, flags: str = "") -> Pattern:
    from connector_sdk.feel.patterns import compile_pattern  # few expressions have patterns

    run.matching.spend(len(text))  # an invalid one is read again each time
    return compile_pattern(text, flags)


def limited(text: str) -> str:
    """The text, if it is not too long. Raises FeelEvaluationError."""
    if len(text) > MAX_STRING_LENGTH:
        raise FeelEvaluationError(f"a text would be longer than {MAX_STRING_LENGTH} characters")
    return text


def _start_of(string: str, position: Decimal) -> int:
    index = as_int(position)
    return index - 1 if index > 0 else utf16.length(string) + index


def _cut(string: str, start: int, end: int) -> str:
    if not 0 <= start <= end <= utf16.length(string):
        raise FeelEvaluationError(f"a text of {utf16.length(string)} characters has no part from {start} to {end}")
    return utf16.cut(string, start, end)


@builtin("substring", "string: string", "start position: number")
def substring(string: str, start: Decimal) -> Value:
    """From a position to the end. A position outside fails the evaluation, as in feel-scala.

    >>> substring("foobar", 3)
    "obar"
    """
    return _cut(string, _start_of(string, start), utf16.length(string))


@builtin("substring", "string: string", "start position: number", "length: number")
def substring_of_length(string: str, start: Decimal, length: Decimal) -> Value:
    """So many characters from a position. A part outside fails the evaluation, as in feel-scala.

    >>> substring("foobar", 3, 3)
    "oba"
    """
    first = _start_of(string, start)
    return _cut(string, first, first + as_int(length))


@builtin("string length", "string: string")
def string_length(string: str) -> Value:
    """How many characters (UTF-16 units) the text has.

    >>> string length("foo")
    3
    """
    return Decimal(utf16.length(string))


@builtin("upper case", "string: string")
def upper_case(string: str) -> Value:
    """In capitals.

    >>> upper case("aBc4")
    "ABC4"
    """
    return string.upper()


@builtin("lower case", "string: string")
def lower_case(string: str) -> Value:
    """In small letters.

    >>> lower case("aBc4")
    "abc4"
    """
    return string.lower()


@builtin("substring before", "string: string", "match: string")
def substring_before(string: str, match: str) -> Value:
    """What stands before the first occurrence; empty if there is none.

    >>> substring before("foobar", "bar")
    "foo"
    """
    return string[: max(string.find(match), 0)]


@builtin("substring after", "string: string", "match: string")
def substring_after(string: str, match: str) -> Value:
    """What stands behind the first occurrence; empty if there is none.

    >>> substring after("foobar", "ob")
    "ar"
    """
    index = string.find(match)
    return string[index + len(match) :] if index >= 0 else ""


@builtin("replace", "input: string", "pattern: string", "replacement: string", needs_run=True)
def replace(run: Run, text: str, pattern: str, replacement: str) -> Value:
    """Every match of a regular expression replaced; `$1` stands for a group.

    >>> replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")
    "[1=ab][2=]cd"
    """
    return _pattern(run, pattern).replaced(text, replacement, run.matching)


@builtin("replace", "input: string", "pattern: string", "replacement: string", "flags: string", needs_run=True)
def replace_with_flags(run: Run, text: str, pattern: str, replacement: str, flags: str) -> Value:
    """With flags: `i` ignores case, `m` makes ^ and $ match at lines, `s` lets . match line ends, `x` ignores blanks.

    >>> replace("How do you feel?", "Feel", "FEEL", "i")
    "How do you FEEL?"
    """
    return _pattern(run, pattern, flags).replaced(text, replacement, run.matching)


@builtin("contains", "string: string", "match: string")
def contains(string: str, match: str) -> Value:
    """Whether a text is part of another.

    >>> contains("foobar", "of")
    false
    """
    return match in string


@builtin("starts with", "string: string", "match: string")
def starts_with(string: str, match: str) -> Value:
    """Whether a text begins with another.

    >>> starts with("foobar", "fo")
    true
    """
    return string.startswith(match)


@builtin("ends with", "string: string", "match: string")
def ends_with(string: str, match: str) -> Value:
    """Whether a text ends with another.

    >>> ends with("foobar", "r")
    true
    """
    return string.endswith(match)


@builtin("matches", "input: string", "pattern: string", needs_run=True)
def matches(run: Run, text: str, pattern: str) -> Value:
    """Whether a regular expression is found in the text.

    >>> matches("foobar", "^fo*bar")
    true
    """
    return _pattern(run, pattern).is_found(text, run.matching)


@builtin("matches", "input: string", "pattern: string", "flags: string", needs_run=True)
def matches_with_flags(run: Run, text: str, pattern: str, flags: str) -> Value:
    """With the flags of `replace`.

    >>> matches("FooBar", "foo", "i")
    true
    """
    return _pattern(run, pattern, flags).is_found(text, run.matching)


@builtin("split", "string: string", "delimiter: string", needs_run=True)
def split(run: Run, string: str, delimiter: str) -> Value:
    """The parts between the matches of a regular expression; a match of nothing at the start splits nothing off.

    >>> split("John Doe", "\\s")
    ["John", "Doe"]
    """
    parts, start = [], 0
    for match in _pattern(run, delimiter).find_all(string, run.matching):
        if match.end > 0:
            parts.append(string[start : match.start])
            start = match.end
    return [*parts, string[start:]]


@builtin("extract", "input: string", "pattern: string", needs_run=True)
def extract(run: Run, text: str, pattern: str) -> Value:
    """All matches of a regular expression.

    >>> extract("references are 1234, 1256, 1378", "12[0-9]*")
    ["1234", "1256"]
    """
    return [match.group(0) for match in _pattern(run, pattern).find_all(text, run.matching)]


@builtin("trim", "string: string")
def trim(string: str) -> Value:
    """Without blanks and control characters at both ends.

    >>> trim("  hello world  ")
    "hello world"
    """
    return string.strip(_TRIMMED)


@builtin("uuid")
def random_uuid() -> Value:
    """A random UUID.

    >>> string length(uuid())
    36
    """
    import uuid

    return str(uuid.uuid4())


@builtin("to base64", "value: string")
def to_base64(value: str) -> Value:
    """The text's UTF-8 bytes in Base64.

    >>> to base64("FEEL")
    "RkVFTA=="
    """
    import base64

    return limited(base64.b64encode(value.encode("utf-8", "replace")).decode("ascii"))


@builtin("from base64", "value: string")
def from_base64(value: str) -> Value:
    """The text whose UTF-8 bytes are given in Base64; null if it is no Base64.

    >>> from base64("RkVFTA==")
    "FEEL"
    """
    import base64
    import binascii

    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


@builtin("is blank", "string: string")
def is_blank(string: str) -> Value:
    """Whether there is nothing but whitespace.

    >>> is blank("  ")
    true
    """
    return re.fullmatch(_BLANK, string) is not None
