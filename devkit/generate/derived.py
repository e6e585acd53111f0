"""The files in a function's folder that are derived from its code: element template and README."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector_sdk.outbound import Connector
from devkit.generate.catalogue import FunctionFolder, catalogue
from devkit.generate.element_template import inbound_templates, outbound_templates
from devkit.generate.element_template.readme import readme

ELEMENT_TEMPLATE = "element-template.json"
README = "README.md"


def derived_files(root: Path) -> Mapping[Path, str]:
    """What every function's folder should hold, by path under `root`. Raises UnusableModel."""
    found: dict[Path, str] = {}
    for function in catalogue(root):
        if templates := templates_of(function):
            folder = function.path.relative_to(root)
            found[folder / ELEMENT_TEMPLATE] = _json(templates)
            events = sorted((root / "events" / function.name).glob("*.json"))
            found[folder / README] = readme(function.name, function.connector, templates, events)
    return found


def templates_of(function: FunctionFolder) -> list[dict[str, Any]]:
    """The element templates of a function; none if its code says nothing of one. Raises UnusableModel."""
    if not (function.path / "app.py").is_file():
        return []
    connector = function.connector
    if isinstance(connector, Connector):
        return outbound_templates(connector, function.path)
    return inbound_templates(connector, function.path) if getattr(connector, "template", None) else []


def _json(templates: list[dict[str, Any]]) -> str:
    """One template as it is, several as a list: Camunda Modeler reads both."""
    return json.dumps(templates if len(templates) > 1 else templates[0], indent=2, ensure_ascii=False) + "\n"
