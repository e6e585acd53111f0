"""Texts. Positions count from 1, negative ones from the end."""

from __future__ import annotations

from connector_sdk.feel.registry import builtin
from connector_sdk.feel.values import Value


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
