"""Expressions of models are read before anything is deployed."""

from pathlib import Path

import pytest

from devkit.connector_runtime.model_expressions import bare_secrets, require_expressions
from devkit.connector_runtime.models import UnusableModel, read_models

EXAMPLE = Path(__file__).parents[2] / "examples/github-issue/github-issue.bpmn"
ROW = '<zeebe:taskDefinition type="io.camunda:http-json:1"'


def changed(folder: Path, old: str, new: str) -> list[Path]:
    file = folder / "changed.bpmn"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return [file]


def test_the_example_has_nothing_to_complain_of() -> None:
    models = read_models([EXAMPLE])

    require_expressions(models)
    assert list(bare_secrets(models)) == []


@pytest.mark.parametrize("name", ["activationCondition", "correlationKeyExpression", "inbound.responseExpression"])
def test_a_property_that_is_no_feel_is_named_with_its_column(tmp_path: Path, name: str) -> None:
    old = '<zeebe:property name="inbound.type"'
    files = changed(tmp_path, old, f'<zeebe:property name="{name}" value="=1 + * 2"/>{old}')

    with pytest.raises(
        UnusableModel, match=rf"changed\.bpmn: {name} of issue_opened is no FEEL: .*column 5\); correct"
    ):
        require_expressions(read_models(files))


@pytest.mark.parametrize("name", ["resultExpression", "errorExpression"])
def test_a_header_that_is_no_feel_is_named(tmp_path: Path, name: str) -> None:
    files = changed(tmp_path, "<zeebe:taskHeaders>", f'<zeebe:taskHeaders><zeebe:header key="{name}" value="={{a:"/>')

    with pytest.raises(UnusableModel, match=rf"changed\.bpmn: {name} of find_owner is no FEEL: "):
        require_expressions(read_models(files))


def test_a_secret_without_braces_is_warned_of(tmp_path: Path) -> None:
    files = changed(tmp_path, "<zeebe:ioMapping>", '<zeebe:ioMapping><zeebe:input source="secrets.KEY" target="key"/>')

    assert list(bare_secrets(read_models(files))) == [
        "key of no_owner in changed.bpmn says secrets.KEY without braces, which is no secret: write {{secrets.KEY}}"
    ]
