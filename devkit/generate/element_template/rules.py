"""What must be true of an element template beyond its schema: the rules of Camunda's template validator, by its names.

Its rules on presets and on hybrid twins have nothing to look at here: the generator makes neither. `Schema` is checked
by Camunda's validator itself (`HeadlessModeler.validate`), `CurrentVersionBump` by `released.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a template breaks."""

    rule: str
    template: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.template}: {self.what}"


def findings(templates: Sequence[Template]) -> list[Finding]:
    """Everything that is wrong with the templates, each by itself and together."""
    own = [
        Finding(name, str(one["id"]), what) for one in templates for name, rule in RULES.items() for what in rule(one)
    ]
    return [*own, *(Finding(name, *found) for name, rule in TOGETHER.items() for found in rule(templates))]


def _condition_target_exists(template: Template) -> Iterator[str]:
    known = {one.get("id") for one in template["properties"]}
    for one, condition in _conditions(template):
        if condition["property"] not in known:
            yield f"{_name(one)} is shown by {condition['property']}, which is no property"


def _condition_property_order(template: Template) -> Iterator[str]:
    order = [one.get("id") for one in template["properties"]]
    for place, one in enumerate(template["properties"]):
        for condition in _simple(one):
            if condition["property"] in order and order.index(condition["property"]) > place:
                yield f"{_name(one)} is shown by {condition['property']}, which comes after it"


def _condition_value_in_choices(template: Template) -> Iterator[str]:
    choices = {one.get("id"): _values(one) for one in template["properties"] if _values(one)}
    for one, condition in _conditions(template):
        for value in _compared(condition):
            if value not in choices.get(condition["property"], [value]):
                yield f"{_name(one)} is shown for {value!r}, which {condition['property']} never is"


def _default_value_in_choices(template: Template) -> Iterator[str]:
    for one in template["properties"]:
        if one["type"] == "Dropdown" and "value" in one and one["value"] not in _values(one):
            yield f"{_name(one)} is {one['value']!r} at first, which is none of its choices"


def _group_target_exists(template: Template) -> Iterator[str]:
    known = {group["id"] for group in template.get("groups", ())}
    for one in template["properties"]:
        if one["type"] != "Hidden" and "group" in one and one["group"] not in known:
            yield f"{_name(one)} is in the group {one['group']}, which there is not"


def _empty_group(template: Template) -> Iterator[str]:
    used = {one.get("group") for one in template["properties"] if one["type"] != "Hidden"}
    for group in template.get("groups", ()):
        if group["id"] not in used:
            yield f"the group {group['id']} has no visible property"


def _unique_group_id(template: Template) -> Iterator[str]:
    for repeated in _repeated(group["id"] for group in template.get("groups", ())):
        yield f"there are two groups {repeated}"


def _unique_property_id(template: Template) -> Iterator[str]:
    for repeated in _repeated(one["id"] for one in template["properties"] if "id" in one):
        yield f"there are two properties {repeated}"


def _task_definition_binding_form(template: Template) -> Iterator[str]:
    for one in template["properties"]:
        kind = str(one["binding"]["type"])
        if kind.startswith("zeebe:taskDefinition:"):
            yield f"{_name(one)} is bound to {kind}: write zeebe:taskDefinition with a property"


def _element_template_version_consistency(template: Template) -> Iterator[str]:
    said = {"elementTemplateVersion": str(template["version"]), "elementTemplateId": template["id"]}
    for one in template["properties"]:
        key = one["binding"].get("key")
        if key in said and one.get("value") != said[key]:
            yield f"its header {key} is {one.get('value')!r}, the template says {said[key]!r}"


def _secret_without_feel(template: Template) -> Iterator[str]:
    for one in template["properties"]:
        if one.get("secret") and "feel" in one:
            yield f"{_name(one)} is a secret and takes FEEL: a variable in it would be in the process's history"


def _description_for_people(template: Template) -> Iterator[str]:
    if "Raises" in template.get("description", ""):
        yield "its description says what code raises: give the function's docstring a second paragraph for that"


def _unique_id_version(templates: Sequence[Template]) -> Iterator[tuple[str, str]]:
    for template_id, version in _repeated((str(one["id"]), one.get("version")) for one in templates):
        yield template_id, f"there are two of version {version}"


def _versioned_template_consistency(templates: Sequence[Template]) -> Iterator[tuple[str, str]]:
    for template_id in dict.fromkeys(str(one["id"]) for one in templates if one.get("version") is None):
        yield template_id, "it has no version"


RULES: Mapping[str, Callable[[Template], Iterator[str]]] = {
    "ConditionTargetExists": _condition_target_exists,
    "ConditionPropertyOrder": _condition_property_order,
    "ConditionValueInChoices": _condition_value_in_choices,
    "DefaultValueInChoices": _default_value_in_choices,
    "GroupTargetExists": _group_target_exists,
    "EmptyGroup": _empty_group,
    "UniqueGroupId": _unique_group_id,
    "UniquePropertyId": _unique_property_id,
    "TaskDefinitionBindingForm": _task_definition_binding_form,
    "ElementTemplateVersionConsistency": _element_template_version_consistency,
    "SecretWithoutFeel": _secret_without_feel,
    "DescriptionForPeople": _description_for_people,
}
"""All but the last two, which are ours, are Camunda's."""
TOGETHER: Mapping[str, Callable[[Sequence[Template]], Iterator[tuple[str, str]]]] = {
    "UniqueIdVersion": _unique_id_version,
    "VersionedTemplateConsistency": _versioned_template_consistency,
}


def _name(one: Mapping[str, Any]) -> str:
    return str(one.get("id") or one["binding"].get("name") or one["binding"]["type"])


def _conditions(template: Template) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for one in template["properties"]:
        for condition in _simple(one):
            yield one, condition


def _simple(one: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    condition = one.get("condition")
    if condition is None:
        return ()
    every: Sequence[Mapping[str, Any]] = condition.get("allMatch", [condition])
    return every


def _compared(condition: Mapping[str, Any]) -> Sequence[Any]:
    one_of: Sequence[Any] = condition.get("oneOf", [condition["equals"]] if "equals" in condition else [])
    return one_of


def _values(one: Mapping[str, Any]) -> list[Any]:
    if one["type"] == "Boolean":
        return [True, False]
    return [choice["value"] for choice in one.get("choices", ())]


def _repeated(values: Iterable[Any]) -> list[Any]:
    listed = list(values)
    return [value for value in dict.fromkeys(listed) if listed.count(value) > 1]
