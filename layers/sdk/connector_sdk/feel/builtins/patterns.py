"""Java's regular expressions, by Python's.

What both write alike is passed on, what only the spelling differs in is translated, and what Python's `re` lacks makes
the call null, as an invalid pattern does.
"""

from __future__ import annotations

import re

from connector_sdk.feel.errors import FeelEvaluationError, InvocationFailure
from connector_sdk.feel.limits import MAX_MATCHED_LENGTH, MAX_PATTERN_LENGTH

_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE, "x": re.VERBOSE}


def compiled(pattern: str, flags: str, text: str) -> re.Pattern[str]:
    """The pattern, ready for the text. Raises InvocationFailure if it is none, FeelEvaluationError beyond limits."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise FeelEvaluationError(f"a pattern of {len(pattern)} characters is longer than {MAX_PATTERN_LENGTH}")
    if len(text) > MAX_MATCHED_LENGTH:
        raise FeelEvaluationError(f"a text of {len(text)} characters is longer than {MAX_MATCHED_LENGTH}")
    options = re.RegexFlag(0)
    for flag in flags:
        options |= _FLAGS.get(flag, re.RegexFlag(0))
    try:
        return re.compile(pattern, options | re.ASCII)
    except (re.error, OverflowError, RecursionError):
        raise InvocationFailure(f"Invalid pattern '{pattern}'") from None


def expanded(replacement: str, match: re.Match[str]) -> str:
    """The replacement of one match: `$1` and `${name}` are groups, a backslash makes the next character plain."""
    result: list[str] = []
    position = 0
    while position < len(replacement):
        character = replacement[position]
        position += 1
        if character == "\\":
            if position == len(replacement):
                raise FeelEvaluationError("a replacement ends with a backslash")
            result.append(replacement[position])
            position += 1
        elif character == "$":
            text, position = _group(replacement, position, match)
            result.append(text)
        else:
            result.append(character)
    return "".join(result)


def _group(replacement: str, position: int, match: re.Match[str]) -> tuple[str, int]:
    named = re.compile(r"\{([A-Za-z][A-Za-z0-9]*)\}").match(replacement, position)
    if named:
        try:
            return match.group(named.group(1)) or "", named.end()
        except IndexError:
            raise FeelEvaluationError(f"the pattern has no group {named.group(1)}") from None
    if position == len(replacement) or replacement[position] not in "0123456789":
        raise FeelEvaluationError("a $ in a replacement needs the number or the {name} of a group behind it")
    number = int(replacement[position])
    if number > match.re.groups:
        raise FeelEvaluationError(f"the pattern has no group {number}")
    position += 1
    while position < len(replacement) and replacement[position] in "0123456789":
        longer = number * 10 + int(replacement[position])
        if longer > match.re.groups:
            break
        number, position = longer, position + 1
    return match.group(number) or "", position
