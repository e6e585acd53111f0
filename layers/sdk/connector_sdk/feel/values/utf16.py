"""Positions in texts as Java counts them: in UTF-16 units, so that most emoji count twice."""

from __future__ import annotations


def _is_plain(text: str) -> bool:
    return text.isascii() or max(text, default="") <= "\uffff"


def length(text: str) -> int:
    """UTF-16 units of the text."""
    return len(text) if _is_plain(text) else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, start: int, end: int) -> str:
    """The units from start up to end; half of a character becomes `?`, as when Java writes it."""
    if _is_plain(text):
        return text[start:end]
    units = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")
    return units.encode("utf-8", "replace").decode("utf-8")
