"""Keeping secret values out of everything that leaves a function."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

MASK = "***"
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
    return re.compile("".join(map(_character, value)) + "|" + "".join(map(_character, _base64(value))))


def _character(character: str) -> str:
    """How a character may be spelled, encoded once or several times over."""
    percent = "".join(f"%(?:25)*(?i:{byte:02X})" for byte in character.encode("utf-8", "replace"))
    unicode = "".join(rf"\\+u(?i:{unit})" for unit in _utf16(character))
    named = json.dumps(character)[1:-1].lstrip("\\")
    plus = r"|\+" if character == " " else ""
    return rf"(?:\\*{re.escape(character)}|\\+{re.escape(named)}|{percent}|{unicode}{plus})"


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
