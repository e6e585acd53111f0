"""Records as JSON has them: a list of a record's fields, in their order."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from connector_sdk.bpmn import read
from devkit.engine.compilation import compile_process
from devkit.engine.definitions import Definition
from devkit.engine.records import (
    Document,
    ElementInstance,
    Incident,
    Job,
    Loop,
    Message,
    StartSubscription,
    Subscription,
    Timer,
    UserTask,
)

Encode = Callable[[Any], Any]
"""A record as what `write` takes; it may still hold parts of the record, so it is written before that changes."""
Decode = Callable[[Any], Any]
"""A record from what was read."""


def _plain(value: Any) -> Any:
    """What JSON does not have: a set as a list, a loop as its fields."""
    if isinstance(value, Loop):
        return [value.items, value.begun, value.ended, value.is_done]
    return sorted(value)


write: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
"""What was encoded, as text in ASCII."""


def _record(kind: type[Any], **special: Callable[[Any], Any]) -> tuple[Encode, Decode]:
    """How a record class is written and read; `special` reads fields that are not plain JSON."""
    names = [field.name for field in dataclasses.fields(kind)]
    places = {names.index(name): read_field for name, read_field in special.items()}

    def decode(values: list[Any]) -> Any:
        for place, read_field in places.items():
            values[place] = read_field(values[place])
        return kind(*values)

    return attrgetter(*names), decode


def _loop(values: Any) -> Loop | None:
    return None if values is None else Loop(*values)


def _children(values: Mapping[str, None]) -> dict[int, None]:
    return {int(key): None for key in values}


_DEFINITION = ("key", "process_id", "version", "resource_name", "deployment_key", "deleted")


def _encode_definition(definition: Definition) -> list[Any]:
    resource = definition.resource.decode(errors="surrogateescape")
    return [getattr(definition, name) for name in _DEFINITION] + [resource]


def _decode_definition(values: list[Any]) -> Definition:
    """The model is read and compiled again."""
    key, process_id, version, resource_name, deployment_key, deleted, written = values
    resource = written.encode(errors="surrogateescape")
    (process,) = (process for process in read(resource).processes if process.id == process_id)
    return Definition(
        key,
        process_id,
        version,
        process.name,
        process.version_tag,
        resource_name,
        resource,
        deployment_key,
        compile_process(process),
        deleted,
    )


def _as_it_is(value: Any) -> Any:
    return value


ENCODINGS: Mapping[str, tuple[Encode, Decode]] = {
    "definitions": (_encode_definition, _decode_definition),
    "elements": _record(ElementInstance, loop=_loop, children=_children),
    "variables": (_as_it_is, _as_it_is),
    "jobs": _record(Job),
    "incidents": _record(Incident),
    "user_tasks": _record(UserTask),
    "messages": _record(Message, used_by=set),
    "message_subscriptions": _record(Subscription),
    "signal_subscriptions": _record(Subscription),
    "message_starts": _record(StartSubscription),
    "signal_starts": _record(StartSubscription),
    "start_locks": (_as_it_is, tuple),
    "timers": _record(Timer),
    "documents": _record(Document),
}
"""Family → how its records are written and read; a family's place in the table is part of the file format."""
