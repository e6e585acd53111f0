"""The steps of an example's `templates.json`: which template belongs on which element, with which values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from connector_sdk.errors import SdkError

_KINDS: Mapping[str, tuple[Any, str]] = {
    "element": (str, "a text"),
    "template": (str, "a text"),
    "version": (int | None, "a number"),
    "values": (dict, "an object"),
}


class UnusableSteps(SdkError):
    """A file of steps is no JSON or holds something else; the message names the file and the step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One template for one element."""

    element: str
    template: str
    """The template's id."""
    version: int | None
    """The oldest templates have none."""
    values: Mapping[str, Any]
    """What a person types, by property."""


def read_steps(path: Path) -> list[Step]:
    """The steps in the order of the file. Raises UnusableSteps, and OSError for a file that is not there."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnusableSteps(f"{path}: no JSON: {error}") from error
    if not isinstance(content, list):
        raise UnusableSteps(f"{path}: not a list of steps: [{{{_NAMES}}}, …]")
    return [_step(f"{path}: step {number}", one) for number, one in enumerate(content, 1)]


_NAMES = ", ".join(field.name for field in fields(Step))


def _step(where: str, content: Any) -> Step:
    if not isinstance(content, dict):
        raise UnusableSteps(f"{where} is no object with {_NAMES}")
    for name, (kind, what) in _KINDS.items():
        if name not in content:
            raise UnusableSteps(f"{where}: {name} is missing")
        if not isinstance(content[name], kind):
            raise UnusableSteps(f"{where}: {name} is not {what}")
    return Step(**{name: content[name] for name in _KINDS})
