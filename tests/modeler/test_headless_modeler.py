"""Element templates applied as the Modeler applies them."""

from pathlib import Path
from typing import Any

import pytest

from connector_sdk import bpmn
from connector_sdk.bpmn.model import Element
from devkit.modeler import Applied, HeadlessModeler, TemplateRejected, official_template

DRAWN = (Path(__file__).parents[2] / "examples/github-issue/drawn.bpmn").read_text(encoding="utf-8")
GEOCODE: dict[str, Any] = {
    "$schema": "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json",
    "name": "Geocode",
    "id": "test.geocode",
    "version": 1,
    "appliesTo": ["bpmn:Task"],
    "elementType": {"value": "bpmn:ServiceTask"},
    "properties": [
        {
            "type": "Hidden",
            "value": "test:geocode:1",
            "binding": {"type": "zeebe:taskDefinition", "property": "type"},
        },
        {
            "id": "authType",
            "type": "Dropdown",
            "value": "none",
            "choices": [{"name": "None", "value": "none"}, {"name": "API key", "value": "apiKey"}],
            "binding": {"type": "zeebe:input", "name": "auth.type"},
        },
        {
            "id": "apiKey",
            "type": "String",
            "constraints": {"notEmpty": True},
            "condition": {"property": "authType", "equals": "apiKey"},
            "binding": {"type": "zeebe:input", "name": "auth.apiKey"},
        },
        {
            "id": "address",
            "type": "String",
            "feel": "optional",
            "constraints": {"notEmpty": True},
            "binding": {"type": "zeebe:input", "name": "address"},
        },
        {
            "id": "limit",
            "type": "Number",
            "feel": "static",
            "value": 5,
            "binding": {"type": "zeebe:input", "name": "limit"},
        },
    ],
}


def element(applied: Applied) -> Element:
    return bpmn.read(applied.xml).processes[0].elements[applied.element_id]


def inputs(applied: Applied) -> dict[str, str | None]:
    return {mapping.target: mapping.source for mapping in element(applied).inputs}


def test_a_template_turns_a_task_into_a_service_task_with_its_job_type_and_inputs(modeler: HeadlessModeler) -> None:
    applied = modeler.apply(
        DRAWN,
        "find_owner",
        GEOCODE,
        {"apiKey": "{{secrets.GEO}}", "authType": "apiKey", "address": "=customer.address"},
    )

    definition = element(applied).task_definition
    assert definition is not None
    assert (applied.element_type, definition.type) == ("bpmn:ServiceTask", "test:geocode:1")
    assert inputs(applied) == {
        "auth.type": "apiKey",
        "auth.apiKey": "{{secrets.GEO}}",
        "address": "=customer.address",
        "limit": "=5",
    }
    assert applied.missing == ()


def test_a_required_value_left_empty_is_named(modeler: HeadlessModeler) -> None:
    assert modeler.apply(DRAWN, "find_owner", GEOCODE).missing == ("address",)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"apiKey": "x"}, "not active with these values: apiKey"),
        ({"colour": "red"}, 'template has no property "colour"'),
        ({"authType": "telepathy"}, "authType: not one of its choices: telepathy"),
    ],
)
def test_a_value_that_a_person_could_not_type_is_refused(
    modeler: HeadlessModeler, values: dict[str, str], sentence: str
) -> None:
    with pytest.raises(TemplateRejected) as refused:
        modeler.apply(DRAWN, "find_owner", GEOCODE, values)

    assert str(refused.value) == sentence


def test_a_broken_template_and_an_unknown_element_are_refused(modeler: HeadlessModeler) -> None:
    broken = GEOCODE | {"properties": [{"type": "Dropdown", "binding": {"type": "zeebe:input", "name": "x"}}]}
    with pytest.raises(TemplateRejected, match="template rejected"):
        modeler.apply(DRAWN, "find_owner", broken)
    with pytest.raises(TemplateRejected, match='no element "nowhere"'):
        modeler.apply(DRAWN, "nowhere", GEOCODE)


def test_the_same_request_writes_the_same_diagram(modeler: HeadlessModeler) -> None:
    first, second = (modeler.apply(DRAWN, "find_owner", GEOCODE, {"address": "Bern"}).xml for _ in range(2))

    assert first == second


def test_the_official_rest_template_makes_a_task_of_camundas_job_type(modeler: HeadlessModeler) -> None:
    template = official_template("io.camunda.connectors.HttpJson.v2", 18)
    applied = modeler.apply(DRAWN, "find_owner", template, {"method": "GET", "url": "https://api.example.com"})

    definition = element(applied).task_definition
    assert definition is not None
    assert definition.type == "io.camunda:http-json:1"
    assert inputs(applied)["url"] == "https://api.example.com"


def test_the_linter_names_what_an_engine_version_cannot_do(modeler: HeadlessModeler) -> None:
    catches_every_error = DRAWN.replace('errorRef="NO_OWNER" ', "")

    assert modeler.lint(catches_every_error, "8.2") == []
    assert (
        "no_owner: Element of type <bpmn:ErrorEventDefinition> without property <errorRef> "
        "only allowed by Camunda 8.2 or newer (camunda-compat/error-reference)"
    ) in modeler.lint(catches_every_error, "8.1")


def test_a_template_that_was_never_published_is_named(modeler: HeadlessModeler) -> None:
    with pytest.raises(LookupError, match=r"no official template io\.example\.nothing in version 1"):
        official_template("io.example.nothing", 1)
