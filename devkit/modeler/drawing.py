"""From a drawn diagram to a runnable one: the templates and values of `templates.json`, applied one after the other.

A folder such as `examples/github-issue` holds `drawn.bpmn` (what a person draws), `templates.json` (which official
template belongs on which element, with the values a person types) and `github-issue.bpmn` (what the Modeler wrote).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devkit.modeler.headless import NO_CHOICE, HeadlessModeler, TemplateRejected
from devkit.modeler.install import official_template
from devkit.modeler.steps import Step, read_steps


def result_path(folder: Path) -> Path:
    """Where the finished diagram of an example lies."""
    return folder / f"{folder.resolve().name}.bpmn"


def finish(folder: Path, modeler: HeadlessModeler) -> str:
    """Apply every template of a folder.

    Raises UnusableSteps, and TemplateRejected, also if a required value is missing.
    """
    diagram = (folder / "drawn.bpmn").read_text(encoding="utf-8")
    for step in read_steps(folder / "templates.json"):
        diagram = _apply(step, diagram, modeler)
    return diagram


def _apply(step: Step, diagram: str, modeler: HeadlessModeler) -> str:
    template = official_template(step.template, step.version)
    try:
        applied = modeler.apply(diagram, step.element, template, step.values)
    except TemplateRejected as error:
        raise TemplateRejected(f"{step.element}: {error}{_choices(str(error), template)}") from error
    if applied.missing:
        raise TemplateRejected(f"{step.element}: these values are required: {', '.join(applied.missing)}")
    return applied.xml


def _choices(refusal: str, template: Mapping[str, Any]) -> str:
    """What a person may choose instead of a value that is refused for being no choice."""
    name, _, reason = refusal.partition(": ")
    if not reason.startswith(NO_CHOICE):
        return ""
    properties = [one for one in template["properties"] if name in (one.get("id"), one["binding"].get("name"))]
    choices = dict.fromkeys(str(choice["value"]) for one in properties for choice in one.get("choices", ()))
    return f" (there are {', '.join(choices)})"
