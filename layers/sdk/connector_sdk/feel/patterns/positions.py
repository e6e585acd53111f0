"""Conditions on a position, as java.util.regex has them: five line ends, and the last one of a text may be left out."""

from __future__ import annotations

from connector_sdk.feel.patterns.classes import LINE_ENDS


def at_start(text: str, position: int) -> bool:
    r"""`\A`, and `^` without flag `m`"""
    return position == 0


def at_end_of_text(text: str, position: int) -> bool:
    r"""`\z`"""
    return position == len(text)


def at_end(text: str, position: int) -> bool:
    r"""`\Z`, and `$` without flag `m`: the end, or before a line end that is the last"""
    left = len(text) - position
    if left == 0:
        return True
    if left == 2:
        return text.endswith("\r\n")
    return left == 1 and text[-1] in LINE_ENDS and not text.endswith("\r\n")


def at_line_start(text: str, position: int) -> bool:
    """`^` with flag `m`: not at the end of the text, except of an empty one"""
    if position == 0:
        return True
    if position == len(text) or text[position - 1] not in LINE_ENDS:
        return False
    return text[position - 1 : position + 1] != "\r\n"


def at_line_end(text: str, position: int) -> bool:
    """`$` with flag `m`"""
    if position == len(text):
        return True
    return text[position] in LINE_ENDS and text[position - 1 : position + 1] != "\r\n"


def _is_word(text: str, position: int) -> bool:
    character = text[position : position + 1] if position >= 0 else ""
    return character == "_" or character.isalnum()


def at_word_border(text: str, position: int) -> bool:
    r"""`\b`"""
    return _is_word(text, position - 1) != _is_word(text, position)


def inside_word(text: str, position: int) -> bool:
    r"""`\B`"""
    return not at_word_border(text, position)
