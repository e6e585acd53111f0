"""What a search may ask of a property: a value, or operators with values, for each kind of property.

Casing of enumerations is lenient, keys may be numbers or digits, times may have any offset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from devkit.engine.rest import bodies
from devkit.engine.rest.items import moment
from devkit.engine.rest.problems import bad_request

Condition = Callable[[Any], bool]
"""Whether a property's value is what was asked for."""

MAX_LIKE = 1000
"""Characters of a pattern."""
_EQUAL = ("$eq", "$neq", "$exists", "$in", "$notIn")
_ORDERED = (*_EQUAL, "$gt", "$gte", "$lt", "$lte")

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, other: bool(value == other),
    "$neq": lambda value, other: bool(value != other),
    "$exists": lambda value, other: (value is not None) is other,
    "$in": lambda value, other: value in other,
    "$notIn": lambda value, other: value not in other,
    "$like": lambda value, other: isinstance(value, str) and other.fullmatch(value) is not None,
    "$gt": lambda value, other: value is not None and value > other,
    "$gte": lambda value, other: value is not None and value >= other,
    "$lt": lambda value, other: value is not None and value < other,
    "$lte": lambda value, other: value is not None and value <= other,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of property: how a value that is asked for is read (ValueError if it is none), and its operators."""

    read: Callable[[Any], Any]
    operators: Sequence[str] = ()
    """Empty: only a value may be asked for."""
    values: Sequence[str] = ()
    """Of an enumeration."""


def _key(value: Any) -> str:
    return str(bodies.key(value))


def _date(value: Any) -> str | None:
    """As the items show it, so that texts can be compared."""
    read = datetime.fromisoformat(bodies.text(value))
    return moment(round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000))


def enumeration(*values: str) -> Kind:
    """One of these values."""

    def read(value: Any) -> str:
        written = bodies.text(value).upper()
        if written not in values:
            raise ValueError
        return written

    return Kind(read, (*_EQUAL, "$like"), values)


KEY = Kind(_key, _EQUAL)
TEXT = Kind(bodies.text, (*_EQUAL, "$like"))
NUMBER = Kind(bodies.int32, _ORDERED)
DATE = Kind(_date, _ORDERED)
FLAG = Kind(bodies.flag)
TAGS = Kind(lambda value: frozenset(bodies.texts(value)))


def condition(place: str, kind: Kind, asked: Any) -> Condition:
    """Compile what is asked of a property. Raises Problem naming its place."""
    if not isinstance(asked, dict) or not kind.operators:
        asked = {"$eq": asked}
    for operator in asked:
        if operator != "$eq" and operator not in kind.operators:
            raise bad_request(f"Request property [{place}.{operator}] cannot be parsed")
    tests = [(_OPERATORS[operator], _operand(place, kind, operator, other)) for operator, other in asked.items()]
    return lambda value: all(test(value, other) for test, other in tests)


def _operand(place: str, kind: Kind, operator: str, other: Any) -> Any:
    try:
        if operator == "$exists":
            return bodies.flag(other)
        if operator == "$like":
            return _pattern(bodies.text(other))
        if operator in ("$in", "$notIn"):
            return [kind.read(one) for one in bodies.items(other)]
        return kind.read(other)
    except (ValueError, OverflowError):
        if kind.values and isinstance(other, str):
            raise bad_request(
                f"Unexpected value '{other}' for enum field '{place.rpartition('.')[2]}'. "
                f"Use any of the following values: [{', '.join(kind.values)}]"
            ) from None
        raise bad_request(f"Request property [{place}] cannot be parsed") from None


def _pattern(written: str) -> re.Pattern[str]:
    """`*` is any text, `?` any character, a backslash takes their meaning away; never slow, whatever is asked for."""
    if len(written) > MAX_LIKE:
        raise ValueError
    pieces = [""]
    for part in re.findall(r"\\[*?\\]|.", written, re.DOTALL):
        if part == "*":
            pieces.append("")
        else:
            pieces[-1] += "." if part == "?" else re.escape(part[-1])
    first, *others = pieces
    if others:  # each piece but the last is found as early as possible, and once found it stays
        first += "".join(f"(?>.*?{piece})" for piece in others[:-1]) + f".*{others[-1]}"
    return re.compile(first, re.DOTALL)
