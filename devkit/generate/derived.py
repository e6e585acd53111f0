"""The files in a function's folder that are derived from its code: element template and README."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector_sdk.outbound import Connector
from devkit.generate.catalogue import FunctionFolder, catalogue
from devkit.generate.element_template import inbound_templates, outbound_templates
from devkit.generate.element_template.readme import readme
from devkit.generate.element_template.released import RELEASED, changed_without_version, release, released
from devkit.generate.element_template.rules import Finding, findings

ELEMENT_TEMPLATE = "element-template.json"
README = "README.md"


@dataclass(frozen=True, slots=True)
class Templated:
    """A function and the element templates that its code makes."""

    function: FunctionFolder
    templates: list[dict[str, Any]]


def templated(root: Path) -> list[Templated]:
    """Every function whose code says something of a template. Raises UnusableModel."""
    made = (Templated(function, _templates(function)) for function in catalogue(root))
    return [one for one in made if one.templates]


def _templates(function: FunctionFolder) -> list[dict[str, Any]]:
    if not (function.path / "app.py").is_file():
        return []
    connector = function.connector
    if isinstance(connector, Connector):
        return outbound_templates(connector, function.path)
    return inbound_templates(connector, function.path) if getattr(connector, "template", None) else []


def derived_files(functions: Iterable[Templated], root: Path) -> Mapping[Path, str]:
    """What their folders should hold, by path under `root`."""
    found: dict[Path, str] = {}
    for one in functions:
        folder = one.function.path.relative_to(root)
        found[folder / ELEMENT_TEMPLATE] = _json(one.templates)
        events = sorted((root / "events" / one.function.name).glob("*.json"))
        found[folder / README] = readme(one.function.name, one.function.connector, one.templates, events)
    return found


def problems(functions: Iterable[Templated], root: Path) -> list[Finding]:
    """The rules that their templates break."""
    templates = [template for one in functions for template in one.templates]
    return [*findings(templates), *changed_without_version(templates, released(root))]


def released_file(functions: Iterable[Templated], root: Path) -> Mapping[Path, str]:
    """The file of released versions, with these in it."""
    return {RELEASED: release([template for one in functions for template in one.templates], released(root))}


def _json(templates: list[dict[str, Any]]) -> str:
    """One template as it is, several as a list: Camunda Modeler reads both."""
    return json.dumps(templates if len(templates) > 1 else templates[0], indent=2, ensure_ascii=False) + "\n"
