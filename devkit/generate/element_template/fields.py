"""From the fields of a connector's model to the properties of its element template.

    str                  String, FEEL or a plain text          dict, list     String, always FEEL
    Secret, repr=False   String, marked as secret, no FEEL     Any            Text, FEEL or a plain text
    bool, int, float     Boolean, Number, written as FEEL      Enum, Literal  Dropdown
    a model              its fields, under `outer.inner`       OneOf          Dropdown of its models, then their fields

A field without a default has to be filled in. The task's input has the name that the model reads, so that every
`zeebe:input` has a field, and every field that is `offered` has an input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from connector_sdk.template import Equals, Feel, Kind, Pattern
from devkit.generate.element_template.annotations import Field, UnusableModel, field_of
from devkit.generate.element_template.properties import Shown
from devkit.generate.element_template.words import choice_label, first_sentence, words

_KINDS: dict[Any, Kind] = {
    bool: "Boolean",
    int: "Number",
    float: "Number",
    str: "String",
    dict: "String",
    list: "String",
}
WHOLE_NUMBER = Pattern(r"^-?\d+$", "Must be a whole number")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the process a field is, and what it has from the fields around it."""

    path: str = ""
    group: str | None = None
    conditions: tuple[Equals, ...] = ()
    optional: bool = False
    tag: str = ""
    """Which member of a OneOf this is: tells apart fields of the same name in two of them."""
    discriminator: str = ""
    """The field of that member which its drop-down stands for."""

    def inside(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def shown(model: type[BaseModel], place: Place = Place()) -> Iterator[Shown]:
    """Every property of a model, in the order of its fields. Raises UnusableModel."""
    for name, info in model.model_fields.items():
        one = field_of(info, f"{model.__name__}.{name}")
        if not one.said.offered or name == place.discriminator:
            continue
        path = place.inside(info.alias or name)
        here = replace(
            place,
            path=path,
            group=one.said.group or place.group,
            conditions=(*place.conditions, *((one.said.when.beside(path),) if one.said.when else ())),
            optional=place.optional or not one.required,
            discriminator="",
        )
        if one.members:
            yield from _one_of(one, here, place.optional)
        elif isinstance(one.type, type) and issubclass(one.type, BaseModel):
            yield from shown(one.type, here)
        else:
            yield _property(one, here, place.optional)


def _one_of(one: Field, place: Place, inside_optional: bool) -> Iterator[Shown]:
    """The drop-down of a discriminated union, then the fields of each member under its condition."""
    discriminator = _discriminator(one.members, place.path)
    path = place.inside(one.members[0].model_fields[discriminator].alias or discriminator)
    tags = {member: get_args(member.model_fields[discriminator].annotation) for member in one.members}
    labels = {tag: _label(member, own) or choice_label(tag) for member, own in tags.items() for tag in own}
    said = replace(one.said, choices={**labels, **(one.said.choices or {})}, kind="Dropdown")
    choice = replace(one, type=str, said=said)
    yield replace(_property(choice, place, inside_optional), id=path, name=path)
    for member, own in tags.items():
        inside = replace(
            place,
            conditions=(*place.conditions, Equals(path, *own)),
            optional=False,
            tag=f"{place.tag}{own[0]}.",
            discriminator=discriminator,
        )
        yield from shown(member, inside)


def _label(member: type[BaseModel], tags: tuple[str, ...]) -> str:
    """A model's docstring, unless several choices lead to it."""
    return first_sentence(member.__doc__) if len(tags) == 1 else ""


def _discriminator(members: tuple[type[BaseModel], ...], path: str) -> str:
    for name in members[0].model_fields:
        if all(
            name in member.model_fields and get_origin(member.model_fields[name].annotation) is Literal
            for member in members
        ):
            return name
    raise UnusableModel(f"{path}: the models of a OneOf need a field in common that is a Literal, such as `type`")


def _property(one: Field, place: Place, inside_optional: bool) -> Shown:
    said, path = one.said, place.path
    core = get_origin(one.type) or one.type
    choices = _choices(one)
    kind = said.kind or ("Dropdown" if choices else _KINDS.get(core, "Text" if core is Any else "String"))
    secret = one.secret or said.secret
    required = one.required and not inside_optional if said.required is None else said.required
    default = said.default if said.default is not None else one.default
    return Shown(
        id=path,
        name=path,
        label=said.label or words(path.rpartition(".")[2]),
        kind=kind,
        feel=said.feel or _feel(kind, core, secret),
        group=place.group,
        description=said.description,
        placeholder=said.example,
        value=default,
        choices=choices,
        conditions=place.conditions,
        required=required,
        secret=secret,
        pattern=said.pattern or one.pattern or (WHOLE_NUMBER if core is int and kind == "Number" else None),
        tag=place.tag,
    )


def _choices(one: Field) -> Mapping[str, str]:
    own = one.said.choices or {}
    if isinstance(one.type, type) and issubclass(one.type, Enum):
        values = [str(member.value) for member in one.type]
    elif get_origin(one.type) is Literal:
        values = [str(value) for value in get_args(one.type)]
    else:
        return own
    return {value: own.get(value) or choice_label(value) for value in values}


def _feel(kind: Kind, core: Any, secret: bool) -> Feel:
    if kind in ("Boolean", "Number"):
        return "static"
    if kind in ("Dropdown", "Hidden") or secret:
        return "none"
    return "optional" if core in (str, Any) else "required"
