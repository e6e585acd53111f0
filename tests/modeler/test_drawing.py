"""What is said when an example's templates.json cannot be used."""

import json
import shutil
from pathlib import Path

import pytest

from devkit.modeler import HeadlessModeler, TemplateRejected
from devkit.modeler.drawing import finish
from devkit.modeler.steps import UnusableSteps

EXAMPLE = Path(__file__).parents[2] / "examples/github-issue"
STEP = {"element": "find_owner", "template": "io.camunda.connectors.HttpJson.v2", "version": 18, "values": {}}


def folder(at: Path, steps: str) -> Path:
    shutil.copy(EXAMPLE / "drawn.bpmn", at)
    (at / "templates.json").write_text(steps, encoding="utf-8")
    return at


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ("{", "no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('{"element": 1}', "not a list of steps: [{element, template, version, values}, …]"),
        ("[1]", "step 1 is no object with element, template, version, values"),
        (json.dumps([STEP, STEP | {"element": 1}]), "step 2: element is not a text"),
        (json.dumps([STEP | {"version": "18"}]), "step 1: version is not a number"),
        (json.dumps([STEP | {"values": []}]), "step 1: values is not an object"),
        (json.dumps([{"element": "a", "version": 1, "values": {}}]), "step 1: template is missing"),
    ],
)
def test_steps_that_cannot_be_read_are_named_with_their_file(
    steps: str, sentence: str, tmp_path: Path, modeler: HeadlessModeler
) -> None:
    with pytest.raises(UnusableSteps) as refused:
        finish(folder(tmp_path, steps), modeler)

    assert str(refused.value) == f"{tmp_path / 'templates.json'}: {sentence}"


def test_a_value_that_is_no_choice_is_refused_with_its_element_and_the_choices(
    tmp_path: Path, modeler: HeadlessModeler
) -> None:
    steps = json.dumps([STEP | {"values": {"method": "=method"}}])

    with pytest.raises(TemplateRejected) as refused:
        finish(folder(tmp_path, steps), modeler)

    assert str(refused.value) == (
        "find_owner: method: not one of its choices: =method (there are POST, GET, DELETE, PATCH, PUT)"
    )
