"""The rules for element templates: ours break none, and each of them fires."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from devkit.checkout import ROOT
from devkit.generate.derived import templated
from devkit.generate.element_template.rules import RULES, TOGETHER, findings

OURS = [template for one in templated(ROOT) for template in one.templates]
Template = dict[str, Any]

GOOD: Template = {
    "id": "test.queue.v1",
    "version": 2,
    "groups": [{"id": "queue", "label": "Queue"}],
    "properties": [
        {"type": "Hidden", "value": "t:1", "binding": {"type": "zeebe:taskDefinition", "property": "type"}},
        {
            "id": "type",
            "type": "Dropdown",
            "group": "queue",
            "value": "standard",
            "choices": [{"name": "Standard", "value": "standard"}, {"name": "FIFO", "value": "fifo"}],
            "binding": {"type": "zeebe:input", "name": "type"},
        },
        {
            "id": "key",
            "type": "String",
            "group": "queue",
            "secret": True,
            "condition": {"type": "simple", "property": "type", "oneOf": ["fifo"]},
            "binding": {"type": "zeebe:input", "name": "key"},
        },
        {
            "id": "version",
            "type": "Hidden",
            "value": "2",
            "binding": {"type": "zeebe:taskHeader", "key": "elementTemplateVersion"},
        },
    ],
}
TYPE, KEY, VERSION = 1, 2, 3


def put(*path: str | int, value: Any) -> Callable[[Template], None]:
    def change(template: Template) -> None:
        place: Any = template
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value

    return change


BREAKS: dict[str, tuple[Callable[[Template], Any], str]] = {
    "ConditionTargetExists": (
        put("properties", KEY, "condition", "property", value="colour"),
        "key is shown by colour, which is no property",
    ),
    "ConditionPropertyOrder": (
        lambda template: template["properties"].reverse(),
        "key is shown by type, which comes after it",
    ),
    "ConditionValueInChoices": (
        put("properties", KEY, "condition", value={"allMatch": [{"property": "type", "equals": "lifo"}]}),
        "key is shown for 'lifo', which type never is",
    ),
    "DefaultValueInChoices": (
        put("properties", TYPE, "value", value="lifo"),
        "type is 'lifo' at first, which is none of its choices",
    ),
    "GroupTargetExists": (
        put("properties", KEY, "group", value="topic"),
        "key is in the group topic, which there is not",
    ),
    "EmptyGroup": (
        lambda template: template["groups"].append({"id": "topic", "label": "Topic"}),
        "the group topic has no visible property",
    ),
    "UniqueGroupId": (
        lambda template: template["groups"].append({"id": "queue", "label": "Queues"}),
        "there are two groups queue",
    ),
    "UniquePropertyId": (put("properties", KEY, "id", value="type"), "there are two properties type"),
    "TaskDefinitionBindingForm": (
        put("properties", 0, "binding", value={"type": "zeebe:taskDefinition:type"}),
        "zeebe:taskDefinition:type is bound to zeebe:taskDefinition:type: write zeebe:taskDefinition with a property",
    ),
    "ElementTemplateVersionConsistency": (
        put("properties", VERSION, "value", value="1"),
        "its header elementTemplateVersion is '1', the template says '2'",
    ),
    "SecretWithoutFeel": (
        put("properties", KEY, "feel", value="optional"),
        "key is a secret and takes FEEL: a variable in it would be in the process's history",
    ),
    "DescriptionForPeople": (
        put("description", value="Read a queue. Raises ConnectorError"),
        "its description says what code raises: give the function's docstring a second paragraph for that",
    ),
}
"""Rule → how a good template is made to break it, and what is said then."""


def test_our_templates_break_no_rule() -> None:
    assert len(OURS) > 15
    assert findings(OURS) == []


def test_a_good_template_breaks_no_rule() -> None:
    assert findings([GOOD]) == []


def test_every_rule_has_a_template_that_breaks_it() -> None:
    assert set(BREAKS) == set(RULES)
    assert set(TOGETHER) == {"UniqueIdVersion", "VersionedTemplateConsistency"}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_names_what_breaks_it(rule: str) -> None:
    change, says = BREAKS[rule]
    broken = deepcopy(GOOD)
    change(broken)

    assert f"{rule}: test.queue.v1: {says}" in [str(finding) for finding in findings([broken])]


def test_two_templates_cannot_have_one_id_and_version() -> None:
    assert [str(one) for one in findings([GOOD, deepcopy(GOOD)])] == [
        "UniqueIdVersion: test.queue.v1: there are two of version 2"
    ]


def test_every_template_has_a_version() -> None:
    without = {**deepcopy(GOOD), "version": None, "properties": []}

    assert [str(one) for one in findings([{**without, "groups": []}])] == [
        "VersionedTemplateConsistency: test.queue.v1: it has no version"
    ]
