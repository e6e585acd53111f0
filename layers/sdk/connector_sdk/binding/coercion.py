"""What Camunda's runtime lets pass where another type is wanted (Jackson's leniency), as a table over types.

Element templates write static values without types: `20` arrives as a number where a text is wanted, `"true"` as a text
where a boolean is wanted. Coercion turns what Jackson would take into the wanted type and leaves everything else as
it is, for the strict model to refuse.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from connector_sdk.documents.document import Document
from connector_sdk.documents.references import Documents, is_reference
from connector_sdk.errors import ConnectorError, ConnectorInputError
from connector_sdk.java_text import java_text

DEFAULT = object()
"""The member counts as absent: a blank text where a number or a boolean is wanted."""

_INTEGER = re.compile(r"[+-]?[0-9]+")
_POSITION = re.compile(r"0|[1-9][0-9]?")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def coerce(value: Any, wanted: Any, documents: Documents) -> Any:
    """The value as the wanted type if Jackson would take it so, else the value as it is.

    References to documents and intrinsic functions are put in place on the way (`documents.prepared`).
    """
    if value is None:
        return None
    _, rule, arguments = _SHAPES.get(id(wanted)) or _shape(wanted)
    if rule is not None:
        return rule(value, arguments, documents)
    return _of_class(value, wanted, documents) if isinstance(wanted, type) else value


def _shape(wanted: Any) -> _Shape:
    """The rule of a type and its arguments, looked up once. Types live as long as their models, and stay in here."""
    if len(_SHAPES) >= MAX_SHAPES:
        _SHAPES.clear()
    rule, arguments = _GENERIC.get(get_origin(wanted)), get_args(wanted)
    if rule is _union:  # None is never coerced
        arguments = tuple(member for member in arguments if member is not type(None))
    shape = _SHAPES[id(wanted)] = (wanted, rule, arguments)
    return shape


def coerce_members(values: Mapping[str, Any], model: type[BaseModel], documents: Documents) -> dict[str, Any]:
    """An object's members for a model; members that it does not know are dropped."""
    members = {}
    for key, wanted, is_required in _members(model):
        if key not in values:
            continue
        value = coerce(values[key], wanted, documents)
        if value is DEFAULT or (value is None and not is_required):
            continue
        members[key] = value
    return members


@lru_cache(maxsize=256)
def _members(model: type[BaseModel]) -> tuple[tuple[str, Any, bool], ...]:
    """A model's members: how each is spelled in the process, its type, and whether it must be there."""
    fields = model.model_fields.items()
    return tuple((field.alias or name, field.annotation, field.is_required()) for name, field in fields)


def _of_class(value: Any, wanted: type[Any], documents: Documents) -> Any:
    if is_reference(value):
        return _referenced(value, wanted, documents)
    rule = _RULES.get(wanted)
    if rule is not None:
        return rule(_unwrapped(value))
    if issubclass(wanted, BaseModel):
        inner = _unwrapped(value)
        return coerce_members(inner, wanted, documents) if isinstance(inner, dict) else value
    if issubclass(wanted, Enum):
        return _enum(_unwrapped(value), wanted)
    return documents.prepared(value)


def _referenced(value: Any, wanted: type[Any], documents: Documents) -> Any:
    """A document where a text is wanted is its content in base64; a function there has to give a text."""
    prepared = documents.prepared(value)
    if wanted is not str:
        return prepared
    if not isinstance(prepared, Document):
        return prepared if isinstance(prepared, str) else value
    try:
        return prepared.base64
    except ConnectorError as error:
        raise ConnectorInputError(f"Failed to read document content: {error}") from error


def _unwrapped(value: Any) -> Any:
    """A list with one value stands for the value."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _annotated(value: Any, arguments: tuple[Any, ...], documents: Documents) -> Any:
    return coerce(value, arguments[0], documents)


def _list(value: Any, arguments: tuple[Any, ...], documents: Documents) -> Any:
    """A single value stands for a list of one."""
    return [coerce(item, arguments[0], documents) for item in (value if isinstance(value, list) else [value])]


def _union(value: Any, arguments: tuple[Any, ...], documents: Documents) -> Any:
    """One of several models is chosen by a member that each has, such as `type`, spelled exactly.

    Other unions have one member beside None, which is not among the arguments.
    """
    if len(arguments) == 1:
        return coerce(value, arguments[0], documents)
    if isinstance(value, dict):
        for member in arguments:
            if isinstance(member, type) and issubclass(member, BaseModel) and _chosen(value, member):
                return coerce_members(value, member, documents)
    return value


def _chosen(value: Mapping[str, Any], model: type[BaseModel]) -> bool:
    name, tags = _tag(model)
    return value.get(name) in tags


@lru_cache(maxsize=256)
def _tag(model: type[BaseModel]) -> tuple[str, tuple[Any, ...]]:
    """What tells a member of a union from the others, as the process spells it, and its values: the first Literal."""
    for name, field in model.model_fields.items():
        if get_origin(field.annotation) is Literal:
            return field.alias or name, get_args(field.annotation)
    return "", ()


def _object(value: Any, arguments: tuple[Any, ...], documents: Documents) -> Any:
    inner = _unwrapped(value)
    if is_reference(inner):
        inner = documents.prepared(inner)
    if not isinstance(inner, dict):
        return value
    return {key: coerce(item, arguments[1], documents) for key, item in inner.items()}


def _text(value: Any) -> Any:
    return java_text(value) if isinstance(value, int | float) else value


def _integer(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        return int(text) if _INTEGER.fullmatch(text) and len(text) < 20 else value if text else DEFAULT
    if isinstance(value, float) and abs(value) < 2**63:
        return int(value)
    return value


def _number(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return float(value) if value.strip() else DEFAULT
        except ValueError:
            return value
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _boolean(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        return _BOOLEANS.get(text, value) if text else DEFAULT
    return value != 0 if isinstance(value, int) else value


def _enum(value: Any, wanted: type[Enum]) -> Any:
    members, named = _enum_members(wanted)
    if isinstance(value, str):
        text = value.strip().lower()
        in_range = _POSITION.fullmatch(text) and int(text) < len(members)
        return members[int(text)] if in_range else named.get(text, value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(members):
        return members[value]
    return value


@lru_cache(maxsize=256)
def _enum_members(wanted: type[Enum]) -> tuple[list[Enum], dict[str, Enum]]:
    """In their order, and by their values in small letters: of two the first."""
    return list(wanted), {str(member.value).lower(): member for member in reversed(wanted)}


_GenericRule = Callable[[Any, tuple[Any, ...], Documents], Any]
_Shape = tuple[Any, _GenericRule | None, tuple[Any, ...]]
MAX_SHAPES = 4_096
_SHAPES: dict[int, _Shape] = {}
"""By the identity of a type, which is kept beside: not every type can be hashed."""
_GENERIC: dict[Any, _GenericRule] = {
    Annotated: _annotated,
    Union: _union,
    types.UnionType: _union,
    dict: _object,
    list: _list,
}
_RULES: dict[type[Any], Callable[[Any], Any]] = {str: _text, int: _integer, float: _number, bool: _boolean}
