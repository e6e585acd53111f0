"""The example is what the Modeler writes when the official templates are applied to its drawing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector_sdk import bpmn
from devkit.modeler import HeadlessModeler, ModelerUnavailable
from devkit.modeler.drawing import finish, result_path

FOLDER = Path(__file__).parents[2] / "examples/github-issue"
DIAGRAM = result_path(FOLDER).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def modeler() -> Iterator[HeadlessModeler]:
    try:
        with HeadlessModeler() as opened:
            yield opened
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))


def test_applying_the_official_templates_again_changes_nothing(modeler: HeadlessModeler) -> None:
    assert finish(FOLDER, modeler) == DIAGRAM


@pytest.mark.parametrize("engine", ["8.6", "8.7", "8.8"])
def test_the_modelers_linter_finds_nothing_wrong_for_the_engine(modeler: HeadlessModeler, engine: str) -> None:
    assert modeler.lint(DIAGRAM, engine) == []


def test_every_templated_element_carries_the_official_template_and_version() -> None:
    elements = bpmn.read(DIAGRAM).processes[0].elements
    steps = json.loads((FOLDER / "templates.json").read_text(encoding="utf-8"))

    assert {
        step["element"]: (
            elements[step["element"]].modeler_template,
            elements[step["element"]].modeler_template_version,
        )
        for step in steps
    } == {
        "issue_opened": ("io.camunda.connectors.webhook.WebhookConnectorStartMessage.v1", "15"),
        "find_owner": ("io.camunda.connectors.HttpJson.v2", "12"),
        "open_ticket": ("io.camunda.connectors.HttpJson.v2", "12"),
    }


def test_every_element_has_its_place_in_the_diagram() -> None:
    process = bpmn.read(DIAGRAM).processes[0]

    for drawn in (*process.elements, *process.flows):
        assert f'bpmnElement="{drawn}"' in DIAGRAM
