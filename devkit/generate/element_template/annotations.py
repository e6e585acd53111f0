"""What the annotation of a model's field says, without its wrapping."""

from __future__ import annotations

import types
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connector_sdk.errors import SdkError
from connector_sdk.template import Pattern, Property


class UnusableModel(SdkError):
    """A model has a field that no property can stand for; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field's type without `Annotated` and `| None`, and what these said."""

    type: Any
    said: Property
    required: bool
    default: str | int | float | None
    """None also for what is no single value, such as a list."""
    secret: bool = False
    pattern: Pattern | None = None
    members: tuple[type[BaseModel], ...] = ()
    """Of a OneOf."""


def field_of(info: FieldInfo, where: str) -> Field:
    """Read a field of pydantic's. Raises UnusableModel for a choice of types that are no models; `where` names it."""
    annotation, metadata = _unwrapped(info.annotation, list(info.metadata))
    inner = [one for one in metadata if isinstance(one, FieldInfo)]
    metadata += [said for one in inner for said in one.metadata]
    said = next((one for one in metadata if isinstance(one, Property)), Property())
    members = _alternatives(annotation)
    if members and not all(isinstance(one, type) and issubclass(one, BaseModel) for one in members):
        if not said.kind:
            raise UnusableModel(f"{where}: say how it is typed in: Property(kind=…)")
        members, annotation = (), Any
    return Field(
        type=annotation,
        said=said,
        required=info.is_required(),
        default=_default(info),
        secret=not all(one.repr for one in (info, *inner)),
        pattern=next((one for one in metadata if isinstance(one, Pattern)), None),
        members=members,
    )


def _unwrapped(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    """The type inside `Annotated` and `X | None`, however deep, and all that was said on the way."""
    if get_origin(annotation) is Annotated:
        inner, *said = get_args(annotation)
        return _unwrapped(inner, [*metadata, *said])
    if get_origin(annotation) in (Union, types.UnionType) and not _alternatives(annotation):
        [inner] = [one for one in get_args(annotation) if one is not type(None)]
        return _unwrapped(inner, metadata)
    return annotation, metadata


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, if there are several beside None."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return ()
    found = tuple(one for one in get_args(annotation) if one is not type(None))
    return found if len(found) > 1 else ()


def _default(info: FieldInfo) -> str | int | float | None:
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    value = default.value if isinstance(default, Enum) else default
    return value if isinstance(value, str | int | float) else None
