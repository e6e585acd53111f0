"""From a drawn diagram to a runnable one: the templates and values of `templates.json`, applied one after the other.

A folder such as `examples/github-issue` holds `drawn.bpmn` (what a person draws), `templates.json` (which official
template belongs on which element, with the values a person types) and `github-issue.bpmn` (what the Modeler wrote).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devkit.modeler.headless import HeadlessModeler, TemplateRejected
from devkit.modeler.install import official_template


def result_path(folder: Path) -> Path:
    """Where the finished diagram of an example lies."""
    return folder / f"{folder.resolve().name}.bpmn"


def finish(folder: Path, modeler: HeadlessModeler) -> str:
    """Apply every template of a folder. Raises TemplateRejected, also if a required value is missing."""
    diagram = (folder / "drawn.bpmn").read_text(encoding="utf-8")
    for step in json.loads((folder / "templates.json").read_text(encoding="utf-8")):
        diagram = _apply(step, diagram, modeler)
    return diagram


def _apply(step: Mapping[str, Any], diagram: str, modeler: HeadlessModeler) -> str:
    template = official_template(step["template"], step["version"])
    applied = modeler.apply(diagram, step["element"], template, step["values"])
    if applied.missing:
        raise TemplateRejected(f"{step['element']}: these values are required: {', '.join(applied.missing)}")
    return applied.xml
