"""Camunda Modeler without a window: official element templates applied to diagrams, for tests and examples.

It needs node and npm and runs the Modeler's own libraries (`node/package.json`); nothing of them is committed.
"""

from devkit.modeler.headless import Applied, HeadlessModeler, TemplateRejected
from devkit.modeler.install import ModelerUnavailable, missing_tool, official_template, official_templates

__all__ = [
    "Applied",
    "HeadlessModeler",
    "ModelerUnavailable",
    "TemplateRejected",
    "missing_tool",
    "official_template",
    "official_templates",
]
