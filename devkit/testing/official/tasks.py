"""What there is to do with the official templates on one job type: every operation of every version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from connector_sdk.errors import SdkError
from devkit.modeler import ModelerUnavailable, official_templates

Template = Mapping[str, Any]
Property = Mapping[str, Any]
Fill = Literal["required", "all"]
Choice = str | bool | int
FILLS: tuple[Fill, ...] = ("required", "all")
UNTYPED = frozenset({"Hidden", "Dropdown", "Configuration"})
"""Properties in which nobody types: fixed, chosen, or a reference to a credential of the cluster."""
HEADERS: Mapping[str, Any] = {
    "resultVariable": "answer",
    "resultExpression": "={seen: response}",
    "errorExpression": '=if error.code = "never" then bpmnError("NEVER", "never") else null',
    "retryCount": "3",
    "retries": "3",
    "retryBackoff": "PT0S",
    "jobTimeout": "PT1M",
}
"""What is typed into the properties that every template has: `answer` and `seen` hold what the connector returned."""


class MissingValue(SdkError):
    """A template has a property for which the test has no value; the message names it."""


class NoTemplate(SdkError):
    """The Modeler has no template on a job type: the type may be mistyped."""


@dataclass(frozen=True, slots=True)
class OfficialTask:
    """One version of a template, the choices in its drop-downs, and how much of the rest is filled in."""

    template: Template
    choices: Mapping[str, Choice]
    """By property."""
    fill: Fill

    def __str__(self) -> str:
        chosen = "-".join(str(value) for value in self.choices.values())
        name = str(self.template["id"]).removeprefix("io.camunda.connectors.")
        return f"{name}-v{self.template.get('version') or 0}-{chosen}-{self.fill}"

    def chosen(self, binding: str) -> Choice | None:
        """What was chosen for an input, such as `queue.type`."""
        return next((self.choices[key_of(one)] for one in self._bound(binding) if key_of(one) in self.choices), None)

    def shown(self, binding: str) -> str:
        """The property for an input that these choices show. Raises LookupError."""
        every = self.template["properties"]
        return next(key_of(one) for one in self._bound(binding) if _is_shown(one, every, self.choices))

    def is_typed(self, key: str) -> bool:
        """Whether a person types into a property, rather than choose."""
        return any(key_of(one) == key and one["type"] not in UNTYPED for one in self.template["properties"])

    def value(self, key: str, known: Mapping[str, Any]) -> Any:
        """What a person types there. Raises MissingValue."""
        found = next(one for one in self.template["properties"] if key_of(one) == key)
        for name in (key, _binding(found)):
            if name in known or name in HEADERS:
                return typed(found, known.get(name, HEADERS.get(name)))
        raise MissingValue(f"{self}: there is no value for {key} (bound to {_binding(found)})")

    def _bound(self, binding: str) -> Iterator[Property]:
        return (one for one in self.template["properties"] if _binding(one) == binding)


def tasks(
    job_type: str, *, versions: Sequence[Template] | None = None, fixed: Mapping[str, Choice] | None = None
) -> list[OfficialTask]:
    """Every operation of the official templates on a job type, with the required values and with all.

    `fixed` are choices, by input, that are the same in all of them. Empty where the Modeler cannot be had. Raises
    NoTemplate.
    """
    try:
        found = official_versions(job_type) if versions is None else versions
    except ModelerUnavailable:
        return []
    return [
        OfficialTask(template, choices, fill)
        for template in found
        for choices in _operations(template["properties"], _keys(template, fixed or {}))
        for fill in FILLS
    ]


def official_versions(job_type: str) -> list[Template]:
    """Every version of every official template on a job type, by id and version.

    Raises ModelerUnavailable, NoTemplate.
    """
    found = [
        one for one in official_templates().values() if any(_is_type(each, job_type) for each in one["properties"])
    ]
    if not found:
        raise NoTemplate(f"no official template is for the job type {job_type}")
    return sorted(found, key=lambda one: (one["id"], one.get("version") or 0))


def newest(versions: Iterable[Template]) -> list[Template]:
    """The last version of each template."""
    return list({str(one["id"]): one for one in versions}.values())


def key_of(found: Property) -> str:
    """What a property is called where values are given: its id, else its binding's name (as in devkit/modeler)."""
    binding = found["binding"]
    names = (found.get("id"), *(binding.get(part) for part in ("name", "property", "key", "source", "type")))
    return str(next(name for name in names if name))


def typed(found: Property, value: Any) -> Any:
    """A value as it is typed into a property: an expression where the property has them, else a text."""
    if isinstance(value, str) and (value.startswith("=") or found.get("feel") != "required"):
        return value
    if found["type"] in ("Number", "Boolean") and found.get("feel") != "required":
        return value
    return "=" + json.dumps(value, ensure_ascii=False)


def _operations(properties: Sequence[Property], chosen: Mapping[str, Choice]) -> Iterator[Mapping[str, Choice]]:
    """Every way to choose in the drop-downs that these choices show."""
    for one in properties:
        key = key_of(one)
        if one["type"] == "Dropdown" and key not in chosen and _is_shown(one, properties, chosen):
            for choice in one["choices"]:
                yield from _operations(properties, {**chosen, key: choice["value"]})
            return
    shown = {key_of(one) for one in properties if one["type"] == "Dropdown" and _is_shown(one, properties, chosen)}
    yield {key: value for key, value in chosen.items() if key in shown}


def _is_shown(one: Property, properties: Sequence[Property], chosen: Mapping[str, Choice]) -> bool:
    condition = one.get("condition")
    if not condition:
        return True
    return all(_holds(part, properties, chosen) for part in condition.get("allMatch", [condition]))


def _holds(condition: Mapping[str, Any], properties: Sequence[Property], chosen: Mapping[str, Choice]) -> bool:
    """Whether a condition is met by what was chosen, and what stands there from the beginning otherwise."""
    name = condition["property"]
    other = next((one for one in properties if one.get("id") == name), None)
    shown = other is not None and _is_shown(other, properties, chosen)
    value = chosen.get(name, other.get("value")) if other is not None and shown else None
    if "isEmpty" in condition:
        return (value in (None, "")) is bool(condition["isEmpty"])
    if "isActive" in condition:
        return shown is bool(condition["isActive"])
    return value in condition["oneOf"] if "oneOf" in condition else value == condition.get("equals")


def _keys(template: Template, fixed: Mapping[str, Choice]) -> dict[str, Choice]:
    return {key_of(one): fixed[name] for one in template["properties"] if (name := _binding(one)) in fixed}


def _binding(found: Property) -> str:
    binding = found["binding"]
    return str(next((binding[part] for part in ("name", "key", "property") if part in binding), ""))


def _is_type(found: Property, job_type: str) -> bool:
    return found["binding"]["type"].startswith("zeebe:taskDefinition") and found.get("value") == job_type
