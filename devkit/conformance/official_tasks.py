"""Every official template on the REST job type, in every published version, with values that a person could type.

The recording has values for the newest version of each template. Older versions get those of them that they know;
what they require beyond that is filled in by the kind of the property.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connector_sdk.errors import SdkError
from devkit.conformance.template_tasks import JOB_TYPE, TASK
from devkit.modeler import Applied, HeadlessModeler, TemplateRejected, official_templates
from devkit.modeler.headless import NO_CHOICE

MAX_CHANGES = 40
"""Values left out or filled in until the Modeler is content."""
_REFUSED = (
    re.compile(r'template has no property "(?P<names>.+)"'),
    re.compile(r"not active with these values: (?P<names>.+)"),
    re.compile(r"(?P<names>[\w.]+): .+"),
)
NO_EXPRESSION = "="
"""What the Modeler writes for a FEEL property that is empty; engines refuse it."""
_BY_FEEL = {"required": "={}"}


class NoValues(SdkError):
    """No values were found with which the Modeler takes the template."""


def rest_templates() -> Mapping[str, list[Mapping[str, Any]]]:
    """By id, every version on the REST job type, the oldest first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for (template_id, _), template in official_templates().items():
        if any(one.get("value") == JOB_TYPE for one in template["properties"]):
            found.setdefault(template_id, []).append(template)
    return {name: sorted(versions, key=lambda one: one.get("version") or 0) for name, versions in found.items()}


def recorded_values(cases: Iterable[Mapping[str, Any]], template_id: str) -> Mapping[str, Any]:
    """The values of a template's recorded case: one that succeeded if there is one, the fullest. Raises NoValues."""
    own = [case for case in cases if case["template"] == template_id]
    if not own:
        raise NoValues(f"no case of {template_id} was recorded")
    values: Mapping[str, Any] = min(own, key=_preference)["values"]
    return values


def _preference(case: Mapping[str, Any]) -> tuple[bool, bool, bool, str]:
    return not case["requests"], case["outcome"]["command"] != "completion", case["variant"] != "full", case["id"]


def apply_somehow(
    template: Mapping[str, Any], values: Mapping[str, Any], drawn: str, modeler: HeadlessModeler, element: str = TASK
) -> Applied:
    """Apply a template with those of the values that it takes, and with fillers. Raises NoValues."""
    tried = _under_its_names(template, values)
    for _ in range(MAX_CHANGES):
        try:
            applied = modeler.apply(drawn, element, template, tried)
        except TemplateRejected as error:
            if not _yield_to(str(error), template, tried):
                break
            continue
        empty = [*applied.missing, *(name for name, value in applied.active.items() if value == NO_EXPRESSION)]
        if not empty:
            return applied
        tried |= {name: _filler(template, name) for name in empty}
    raise NoValues(f"{template['id']} {template.get('version')} takes none of the recorded values: {tried}")


def _under_its_names(template: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The same inputs by the ids that this version gives them."""
    ids = {one["id"] for one in template["properties"] if "id" in one}
    by_input = {one["binding"].get("name"): one["id"] for one in template["properties"] if "id" in one}
    return {name if name in ids else by_input.get(name, name): value for name, value in values.items()}


def _yield_to(refusal: str, template: Mapping[str, Any], values: dict[str, Any]) -> bool:
    """Drop the values that the Modeler names, choose another where it has choices; False if it names none."""
    found = next((match for pattern in _REFUSED if (match := pattern.fullmatch(refusal))), None)
    names = found["names"].split(", ") if found else []
    known = [name for name in names if name in values]
    for name in known:
        del values[name]
        if NO_CHOICE in refusal:
            values[name] = _filler(template, name)
    return bool(known)


def _filler(template: Mapping[str, Any], name: str) -> Any:
    """A value for a required property: the first choice, or a text that its pattern would take."""
    properties = [one for one in template["properties"] if name in (one.get("id"), one["binding"].get("name"))]
    first = properties[0]
    if choices := first.get("choices"):
        return choices[0]["value"]
    if first.get("feel") in _BY_FEEL:
        return _BY_FEEL[first["feel"]]
    pattern = str(first.get("constraints", {}).get("pattern", ""))
    return "https://vendor.test/some/path" if "http" in pattern or "url" in name.lower() else "1"
