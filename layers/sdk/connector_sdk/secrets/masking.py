"""Keeping secret values out of everything that leaves a function."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import Any

MASK = "***"
NESTED = 3
"""How often something may be encoded over again."""
MOST_BACKSLASHES = 2**NESTED
ESCAPES = ("%", "\\", "+")
"""What a text holds if something in it may be spelled otherwise."""


def mask(text: str, used: Iterable[str]) -> str:
    """Replace every occurrence of a secret value, however it is spelled.

    Spellings are the value itself, percent-encoded (RFC 3986) in whole or in part, in a form, in JSON, in a text inside
    of these, and in base64. Longer values come first, since one may contain another.
    """
    for value in sorted(set(filter(None, used)), key=len, reverse=True):
        text = text.replace(value, MASK).replace(_base64(value), MASK)
        if any(sign in text for sign in ESCAPES):
            text = _spellings(value).sub(MASK, text)
    return text


def _base64(value: str) -> str:
    return b64encode(value.encode("utf-8", "replace")).decode()


@lru_cache(maxsize=256)
def _spellings(value: str) -> re.Pattern[str]:
    return re.compile(_spelled(value) + "|" + _spelled(_base64(value)))


def _spelled(value: str) -> str:
    """Each repetition is bounded, and no two of them can share much: a service may answer with a lot of backslashes."""
    runs = ((character, len(list(run))) for character, run in groupby(value))
    spelled = "".join(
        rf"{_BACKSLASH}{{{count},{count * MOST_BACKSLASHES}}}" if character == "\\" else _character(character) * count
        for character, count in runs
    )
    return spelled.removeprefix(_ESCAPES)  # those of the first character may stay: there is less to try


def _character(character: str) -> str:
    """How a character may be spelled, encoded once or several times over."""
    percent = "".join(map(_percent, character.encode("utf-8", "replace")))
    unicode = rf"{_BACKSLASH}{{1,{MOST_BACKSLASHES}}}".join(f"u(?i:{unit})" for unit in _utf16(character))
    named = json.dumps(character)[1:-1].lstrip("\\")
    plus = r"|\+" if character == " " else ""
    spelled = "|".join((re.escape(character), re.escape(named), percent, unicode))
    return rf"{_ESCAPES}(?:{spelled}{plus})"


def _percent(byte: int) -> str:
    return rf"%(?:25){{0,{NESTED}}}(?i:{byte:02X})"


_BACKSLASH = rf"(?:\\|{_percent(0x5C)})"
_ESCAPES = rf"{_BACKSLASH}{{0,{MOST_BACKSLASHES}}}"


def _utf16(character: str) -> list[str]:
    """The UTF-16 units of a character, four hexadecimal digits each, as JSON escapes them."""
    spelled = character.encode("utf-16-be", "surrogatepass").hex()
    return [spelled[start : start + 4] for start in range(0, len(spelled), 4)]


def mask_tree(tree: Any, used: tuple[str, ...]) -> Any:
    """Mask every text inside a JSON-like value, keys included."""
    if not used:
        return tree
    if isinstance(tree, str):
        return mask(tree, used)
    if isinstance(tree, dict):
        return {mask(key, used): mask_tree(value, used) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [mask_tree(item, used) for item in tree]
    return tree
