"""One property of an element template, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from connector_sdk.template import Equals, Feel, Kind, Pattern

Binding = Literal["zeebe:input", "zeebe:property"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panel shows for one value."""

    id: str
    name: str
    """Of the input or property in the process."""
    label: str
    kind: Kind
    feel: Feel = "none"
    group: str | None = None
    description: str | None = None
    placeholder: str | None = None
    value: Any = None
    choices: Mapping[str, str] | None = None
    conditions: tuple[Equals, ...] = ()
    required: bool = False
    secret: bool = False
    pattern: Pattern | None = None
    tag: str = ""


def told_apart(properties: Iterable[Shown]) -> Iterator[Shown]:
    """With an id of its own for each: the second of a name has the member of the OneOf in it."""
    seen: set[str] = set()
    for one in properties:
        outer, _, inner = one.id.rpartition(".")
        unique = one if one.id not in seen else replace(one, id=f"{outer}.{one.tag}{inner}")
        seen.add(unique.id)
        yield unique


def written(one: Shown, binding: Binding) -> dict[str, Any]:
    """A property as the element template schema has it."""
    content: dict[str, Any] = {
        "id": one.id,
        "label": one.label,
        "description": one.description,
        "placeholder": _placeholder(one),
        "type": one.kind,
        "group": one.group,
        "value": one.value,
        "feel": None if one.feel == "none" else one.feel,
        "secret": one.secret or None,
        "optional": True if not one.required and one.value is None and one.kind != "Hidden" else None,
        "choices": [{"name": label, "value": value} for value, label in (one.choices or {}).items()] or None,
        "constraints": _constraints(one) or None,
        "condition": _condition(one.conditions),
        "binding": {"type": binding, "name": one.name},
    }
    return {key: value for key, value in content.items() if value is not None}


def _placeholder(one: Shown) -> str | None:
    """Where an expression is a must, the panel has the `=` beside the field."""
    return one.placeholder and one.placeholder.removeprefix("=") if one.feel == "required" else one.placeholder


def _constraints(one: Shown) -> dict[str, Any]:
    """An empty field that may stay empty does not have to fit the pattern."""
    if one.pattern is None:
        return {"notEmpty": True} if one.required else {}
    value = one.pattern.value if one.required else f"^$|{one.pattern.value}"
    return {"notEmpty": one.required, "pattern": {"value": value, "message": one.pattern.message}}


def _condition(conditions: tuple[Equals, ...]) -> dict[str, Any] | None:
    simple = [_simple(one) for one in dict.fromkeys(conditions)]
    return None if not simple else simple[0] if len(simple) == 1 else {"allMatch": simple}


def _simple(condition: Equals) -> dict[str, Any]:
    if len(condition.values) == 1:
        return {"type": "simple", "property": condition.property, "equals": condition.values[0]}
    return {"type": "simple", "property": condition.property, "oneOf": list(condition.values)}
