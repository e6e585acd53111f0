"""YAML joined as text, so that comments, short tags and the order of its authors stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest

from connector_sdk.errors import SdkError

_KEY = re.compile(r"([A-Za-z@][\w@]*):(.*)")
_PLACE = re.compile(r"@(\w+)@")


class UnusableForm(SdkError):
    """A stack.yaml or function.yaml is not in the form that can be joined; the message says where and why."""


def entries(text: str, where: str) -> dict[str, str]:
    """The entries of a block mapping as text, by key: comments before a key belong to it. Raises UnusableForm."""
    found: dict[str, str] = {}
    waiting: list[str] = []
    key = ""
    for number, line in enumerate(text.splitlines(), start=1):
        match = _KEY.match(line)
        if match:
            key = match[1]
            if key in found:
                raise UnusableForm(f"{where}, line {number}: {key} is there twice")
            found[key] = "\n".join([*waiting, line])
            waiting = []
        elif not line or line.startswith("#"):
            waiting = [*waiting, line] if line else []
        elif key and line.startswith(" "):
            found[key] = "\n".join([found[key], *waiting, line])
            waiting = []
        else:
            raise UnusableForm(f"{where}, line {number}: neither a key nor the content of one: {line}")
    return found


def content(entry: str) -> str:
    """What stands under the key of an entry, moved to the margin; what stands beside it, if nothing is under it."""
    head, _, rest = entry.partition("\n")
    while head.startswith("#"):
        head, _, rest = rest.partition("\n")
    lines = rest.splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines) or head.partition(":")[2].strip()


def difference(one: str, other: str) -> str:
    """The first lines in which two entries differ, for a sentence."""
    lines = zip_longest(one.splitlines(), other.splitlines(), fillvalue="nothing")
    here, there = next((here, there) for here, there in lines if here != there)
    return f"`{here.strip()}` and `{there.strip()}`"


def filled(text: str, places: Mapping[str, str], where: str) -> str:
    """Put text between @ signs. A place that is alone on its line takes several lines, or leaves none if it is empty.

    Raises UnusableForm for a place that nobody fills.
    """
    lines: list[str] = []
    for line in text.splitlines():
        unknown = [place for place in _PLACE.findall(line) if place not in places]
        if unknown:
            raise UnusableForm(f"{where}: nothing is known for @{unknown[0]}@")
        alone = re.fullmatch(r"(\s*)(- )?@(\w+)@", line)
        if alone:
            margin, item, place = alone[1], alone[2] or "", alone[3]
            lines += [margin + item + one if one else "" for one in places[place].splitlines()]
        else:
            lines.append(_PLACE.sub(lambda match: places[match[1]], line))
    return "\n".join(lines)
