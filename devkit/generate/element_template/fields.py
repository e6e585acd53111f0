"""From the fields of a connector's model to the properties of its element template.

    str                  String, FEEL or a plain text          dict, list     String, always FEEL
    Secret, repr=False   String, marked as secret, no FEEL     Any            Text, FEEL or a plain text
    bool, int, float     Boolean, Number, written as FEEL      Enum, Literal  Dropdown
    a model              its fields, under `outer.inner`       OneOf          Dropdown of its models, then their fields

A field without a default has to be filled in. The task's input has the name that the model reads, so that every
`zeebe:input` has a field, and every field that is `offered` has an input.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connector_sdk.errors import SdkError
from connector_sdk.template import Equals, Kind, Pattern, Property
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


class UnusableModel(SdkError):
    """A model has a field that no property can stand for; the message names it and says what to do."""


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


@dataclass(frozen=True, slots=True)
class Field:
    """A field's type without its wrapping, and what the wrapping said."""

    type: Any
    said: Property
    required: bool
    default: Any
    secret: bool = False
    pattern: Pattern | None = None
    members: tuple[type[BaseModel], ...] = field(default=())
    """Of a OneOf."""


def shown(model: type[BaseModel], place: Place = Place()) -> Iterator[Shown]:
    """Every property of a model, in the order of its fields. Raises UnusableModel."""
    for name, info in model.model_fields.items():
        one = _field(info, model, name)
        if not one.said.offered or name == place.discriminator:
            continue
        here = replace(
            place,
            path=place.inside(info.alias or name),
            group=one.said.group or place.group,
            conditions=(*place.conditions, *((one.said.when,) if one.said.when else ())),
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
    labels = {str(tag): first_sentence(member.__doc__) for member, own in tags.items() for tag in own if len(own) == 1}
    every = {str(tag): labels.get(str(tag)) or choice_label(str(tag)) for own in tags.values() for tag in own}
    choice = replace(
        one, type=str, said=replace(one.said, choices={**every, **(one.said.choices or {})}, kind="Dropdown")
    )
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


def _feel(kind: Kind, core: Any, secret: bool) -> Literal["optional", "required", "static", "none"]:
    if kind in ("Boolean", "Number"):
        return "static"
    if kind in ("Dropdown", "Hidden") or secret:
        return "none"
    return "optional" if core in (str, Any) else "required"


def _field(info: FieldInfo, model: type[BaseModel], name: str) -> Field:
    """What a field's annotation says, through `Annotated`, `X | None` and further wrapping."""
    annotation, metadata, secret = info.annotation, list(info.metadata), not info.repr
    members: list[Any] = []
    while True:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation, metadata = arguments[0], [*metadata, *arguments[1:]]
        elif origin in (Union, types.UnionType):
            members = [one for one in arguments if one is not type(None)]
            if len(members) > 1:
                break
            annotation, members = members[0], []
        else:
            break
    for one in [one for one in metadata if isinstance(one, FieldInfo)]:
        secret, metadata = secret or not one.repr, [*metadata, *one.metadata]
    if any(not (isinstance(one, type) and issubclass(one, BaseModel)) for one in members):
        if not any(isinstance(one, Property) and one.kind for one in metadata):
            raise UnusableModel(f"{model.__name__}.{name}: say how it is typed in: Property(kind=…)")
        members, annotation = [], Any
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return Field(
        type=annotation,
        said=next((one for one in metadata if isinstance(one, Property)), Property()),
        required=info.is_required(),
        default=default.value
        if isinstance(default, Enum)
        else default
        if isinstance(default, str | int | float)
        else None,
        secret=secret,
        pattern=next((one for one in metadata if isinstance(one, Pattern)), None),
        members=tuple(members),
    )
