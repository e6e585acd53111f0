"""Mustache, as Camunda's connector fills XML templates: values are escaped, and a value that is missing is an error.

There are variables (`{{name}}`, `{{order.id}}`, `{{.}}`), unescaped ones (`{{{name}}}`, `{{&name}}`), sections
(`{{#items}}…{{/items}}`, `{{^items}}…{{/items}}`) with `-first`, `-last` and `-index`, comments, other delimiters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.java_text import java_text

ESCAPES = str.maketrans(
    {"&": "&amp;", "'": "&#39;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "`": "&#x60;", "=": "&#x3D;"}
)
ITSELF = (".", "this")
MAX_DEPTH = 100
_ABSENT = object()


@dataclass
class _Section:
    """A part of a template with tags in it: texts, and tags as (kind, name, section)."""

    name: str | None = None
    parts: list[str | tuple[str, str, _Section | None]] = field(default_factory=list)


def filled(template: str, context: Mapping[str, Any]) -> str:
    """The template with the values of the context. Raises ConnectorInputError."""
    return "".join(_rendered(_parsed(template), [context]))


def _parsed(template: str) -> _Section:
    open_sections = [_Section()]
    for kind, content in _tags(template):
        current = open_sections[-1]
        if kind == "text":
            current.parts.append(content)
        elif kind in ("#", "^"):
            if len(open_sections) > MAX_DEPTH:
                raise ConnectorInputError(f"The XML template has more than {MAX_DEPTH} sections in each other")
            inner = _Section(content)
            current.parts.append((kind, content, inner))
            open_sections.append(inner)
        elif kind == "/":
            if current.name != content:
                raise ConnectorInputError(f"The XML template closes {content}, which is not open")
            open_sections.pop()
        else:
            current.parts.append((kind, content, None))
    if len(open_sections) > 1:
        raise ConnectorInputError(f"The XML template does not close {open_sections[-1].name}")
    return open_sections[0]


def _tags(template: str) -> Iterator[tuple[str, str]]:
    """Texts and tags in their order: ("text", …), ("", name), ("&", name), ("#", name), ("^", name), ("/", name)."""
    opening, closing, place = "{{", "}}", 0
    while (start := template.find(opening, place)) >= 0:
        yield "text", template[place:start]
        inside = start + len(opening)
        raw = opening == "{{" and template.startswith("{", inside)
        last = "}}}" if raw else closing
        end = template.find(last, inside)
        if end < 0:
            raise ConnectorInputError("The XML template has a tag without an end")
        tag = template[inside + raw : end].strip()
        place = end + len(last)
        if raw:
            yield "&", tag
        elif tag.startswith("="):
            opening, _, closing = tag.strip("=").strip().partition(" ")
            closing = closing.strip()
        elif tag.startswith(">"):
            raise ConnectorInputError("The XML template includes another one, which there is not")
        elif not tag.startswith("!"):
            kind = tag[:1] if tag[:1] in "#^/&" else ""
            yield kind, tag[len(kind) :].strip()
    yield "text", template[place:]


def _rendered(section: _Section, stack: Sequence[Any]) -> Iterator[str]:
    for part in section.parts:
        if isinstance(part, str):
            yield part
            continue
        kind, name, inner = part
        value = _value(name, stack)
        if inner is None:
            if value is _ABSENT or value is None:
                raise ConnectorInputError(f"The XML template wants {name}, which its context has not")
            text = java_text(value)
            yield text if kind == "&" else text.translate(ESCAPES)
        elif kind == "^":
            if _is_empty(value):
                yield from _rendered(inner, stack)
        elif not _is_empty(value):
            yield from _repeated(inner, value, stack)


def _repeated(section: _Section, value: Any, stack: Sequence[Any]) -> Iterator[str]:
    if not isinstance(value, list):
        yield from _rendered(section, stack if value is True else [*stack, value])
        return
    for number, item in enumerate(value, 1):
        place = {"-first": number == 1, "-last": number == len(value), "-index": number}
        yield from _rendered(section, [*stack, place, item])


def _is_empty(value: Any) -> bool:
    return value is _ABSENT or value is None or value is False or value == []


def _value(name: str, stack: Sequence[Any]) -> Any:
    if name in ITSELF:
        return stack[-1]
    first, *others = re.split(r"\.", name)
    found = next((one[first] for one in reversed(stack) if isinstance(one, Mapping) and first in one), _ABSENT)
    for other in others:
        found = found[other] if isinstance(found, Mapping) and other in found else _ABSENT
    return found
