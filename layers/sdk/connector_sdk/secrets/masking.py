"""Keeping secret values out of everything that leaves a function."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_from_bytes

MASK = "***"
PATH_SAFE = "-_.!~*'()@:$&,;="
"""What a URL's path may hold unencoded."""


def mask(text: str, used: Iterable[str]) -> str:
    """Replace every occurrence of a secret value, percent-encoded ones and those inside of JSON texts as well.

    Longer values come first, since one may contain another.
    """
    spelled = {spelling for value in used if value for spelling in _spellings(value)}
    for spelling in sorted(spelled, key=len, reverse=True):
        text = text.replace(spelling, MASK)
    return text


def _spellings(value: str) -> Iterable[str]:
    """How a value may stand in a text: itself, in a path, in a query, in a form, in JSON."""
    encoded = value.encode("utf-8", "replace")
    yield value
    yield quote_from_bytes(encoded, safe=PATH_SAFE)
    yield quote_from_bytes(encoded, safe="")
    yield quote_from_bytes(encoded, safe="").replace("%20", "+")
    yield json.dumps(value, ensure_ascii=False)[1:-1]


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
