"""Keeping secret values out of everything that leaves a function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MASK = "***"


def mask(text: str, used: Iterable[str]) -> str:
    """Replace every occurrence of a secret value; longer values first, since one may contain another."""
    for value in sorted({value for value in used if value}, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text


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
