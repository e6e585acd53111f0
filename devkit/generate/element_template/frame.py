"""What is around the properties of every template: identity, groups in their order, the icon."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from connector_sdk.template import Element, ElementTemplate
from devkit.generate.element_template.elements import TARGETS, id_of
from devkit.generate.element_template.words import words

SCHEMA = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json"
ICON = "icon.svg"
LAST_GROUPS = {
    "activation": "Activation",
    "correlation": "Correlation",
    "deduplication": "Deduplication",
    "output": "Output mapping",
    "error": "Error handling",
    "retries": "Retries",
}
"""Groups that the generator adds come last."""


def framed(
    said: ElementTemplate,
    element: Element,
    name: str,
    description: str,
    folder: Path,
    properties: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """A whole template."""
    target, several = TARGETS[element], len(said.elements) > 1
    content = {
        "$schema": SCHEMA,
        "name": f"{name} {target.title}" if several else name,
        "id": id_of(said.id, target, several),
        "description": description,
        "keywords": list(said.keywords) or None,
        "documentationRef": said.documentation,
        "version": said.version,
        "category": {"id": "connectors", "name": "Connectors"},
        **target.written(),
        "engines": {"camunda": "^8.6"},
        "icon": _icon(folder / ICON),
        "groups": _groups(said.groups, properties),
        "properties": list(properties),
    }
    return {key: value for key, value in content.items() if value is not None}


def _groups(labels: Mapping[str, str], properties: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Those that have a visible property: the author's order, then the order of properties, then the generator's."""
    used = dict.fromkeys(one["group"] for one in properties if "group" in one and one["type"] != "Hidden")
    author = [group for group in (*labels, *used) if group in used and group not in LAST_GROUPS]
    order = dict.fromkeys((*author, *(group for group in LAST_GROUPS if group in used)))
    return [{"id": group, "label": labels.get(group) or LAST_GROUPS.get(group) or words(group)} for group in order]


def _icon(file: Path) -> dict[str, str] | None:
    if not file.is_file():
        return None
    return {"contents": "data:image/svg+xml;base64," + base64.b64encode(file.read_bytes()).decode()}
