"""Deployments: files become definitions, all of them or none; the latest version's start events are the open ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector_sdk.bpmn import BpmnError, Process, read
from devkit.engine import timers
from devkit.engine.compilation import Unreadable, compile_process
from devkit.engine.core import Core
from devkit.engine.definitions import Definition, Node
from devkit.engine.records import StartSubscription
from devkit.engine.rejection import Failure, Rejection
from devkit.engine.validation import check_file
from devkit.engine.validation.loops import straight_through_loop


@dataclass(frozen=True, slots=True)
class Resource:
    """One file of a deployment."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Checked:
    """A process that may be deployed, and where it comes from."""

    resource: Resource
    process: Process
    nodes: dict[str, Node]


def deploy(core: Core, resources: Sequence[Resource]) -> tuple[int, list[Definition]]:
    """Deploy files; gives the deployment's key and the definitions, one for each executable process.

    The same files again are the versions that are there already; if only one of them is new all of them are, for what
    is deployed together is bound to each other. Raises Rejection with every error of every file.
    """
    errors: list[str] = []
    checked: list[_Checked] = []
    for resource in resources:
        checked += _check(core, resource, errors)
    _refuse_doubles(checked, errors)
    if errors:
        raise Rejection(
            "CREATE",
            "INVALID_ARGUMENT",
            "Expected to deploy new resources, but encountered the following errors:\n" + "\n".join(errors),
        )
    deployment_key = core.state.next_key()
    same = [_same(core, entry) for entry in checked]
    if None not in same:
        return deployment_key, [definition for definition in same if definition is not None]
    return deployment_key, [_add(core, entry, deployment_key) for entry in checked]


def _check(core: Core, resource: Resource, errors: list[str]) -> list[_Checked]:
    if resource.name.endswith((".dmn", ".form")):
        errors.append(f"'{resource.name}': The development engine does not support DMN decisions and forms")
        return []
    if not resource.name.endswith((".bpmn", ".xml")):
        errors.append(f"\n'{resource.name}': unknown resource type")
        return []
    try:
        file = read(resource.content)
    except BpmnError as error:
        errors.append(f"'{resource.name}': {error}")
        return []
    found = check_file(file)
    checked: list[_Checked] = []
    if not found:
        executable = [process for process in file.processes if process.executable]
        try:
            checked = [_Checked(resource, process, compile_process(process)) for process in executable]
        except Unreadable as error:
            found = [(error.element_id, str(error))]
        found += [finding for entry in checked for finding in _check_constants(core, entry.nodes, entry.process.id)]
    for process in file.processes if not found else ():
        loop = straight_through_loop(process) if process.executable else None
        if loop is not None:
            errors.append(
                f"`{resource.name}`: - Process: {process.id}\n    - ERROR: Processes are not allowed to contain a "
                f"straight-through processing loop: {' > '.join(loop)}\n"
            )
            return []
    if found:
        lines = "".join(f"- Element: {element}\n    - ERROR: {text}\n" for element, text in found)
        errors.append(f"'{resource.name}': {lines}")
        return []
    return checked


def _check_constants(core: Core, nodes: Mapping[str, Node], process_id: str) -> Iterator[tuple[str, str]]:
    """Timers without variables in them, and what the process's start events wait for, are evaluated at deployment."""
    starts = nodes[process_id].starts
    for node in nodes.values():
        event = node.event
        if event is None:
            continue
        if event.timer is not None and (event.timer.is_static or node.id in starts):
            try:
                timers.due(core, event, {})
            except Failure as failure:
                yield node.id, f"Invalid timer {event.timer_kind} expression ({failure.message})"
        elif event.name is not None and node.id in starts:
            result = event.name.evaluate({}, core.clock)
            if result.kind != "STRING":
                yield (
                    node.id,
                    f"Expected constant expression of type String for {event.kind} name '{event.name.written}', "
                    f"but was {result.kind}",
                )


def _refuse_doubles(checked: Sequence[_Checked], errors: list[str]) -> None:
    first: dict[str, str] = {}
    for entry in checked:
        name = first.setdefault(entry.process.id, entry.resource.name)
        if name != entry.resource.name:
            errors.append(f"Duplicated process id in resources '{entry.resource.name}' and '{name}'")


def _same(core: Core, entry: _Checked) -> Definition | None:
    """The latest version of a process, if this file has made it."""
    latest = core.state.latest(entry.process.id)
    if latest is not None and (latest.resource_name, latest.resource) == (entry.resource.name, entry.resource.content):
        return latest
    return None


def _add(core: Core, entry: _Checked, deployment_key: int) -> Definition:
    state, process = core.state, entry.process
    latest = state.latest(process.id)
    version = state.last_version.get(process.id, 0) + 1
    definition = Definition(
        state.next_key(),
        process.id,
        version,
        process.name,
        process.version_tag,
        entry.resource.name,
        entry.resource.content,
        deployment_key,
        entry.nodes,
    )
    if latest is not None:
        close_starts(core, latest)
    state.definitions[definition.key] = definition
    state.versions.setdefault(process.id, []).append(definition.key)
    state.last_version[process.id] = version
    open_starts(core, definition)
    return definition


def open_starts(core: Core, definition: Definition) -> None:
    """Wait for the start events of a definition."""
    for event_id in definition.process.starts:
        event = definition.nodes[event_id].event
        if event is None:
            continue
        if event.kind == "timer":
            _open_timer(core, definition, event_id)
        elif event.kind in ("message", "signal") and event.name is not None:
            starts = core.state.message_starts if event.kind == "message" else core.state.signal_starts
            name = event.name.text_value({}, core.clock)
            subscription = StartSubscription(core.state.next_key(), name, definition.key, event_id)
            starts.add(subscription)


def _open_timer(core: Core, definition: Definition, event_id: str) -> None:
    event = definition.nodes[event_id].event
    if event is not None:
        timers.create(core, timers.due(core, event, {}), event_id, definition.key)


def close_starts(core: Core, definition: Definition) -> None:
    """Stop waiting for the start events of a definition."""
    timers.cancel(core, definition.key)
    core.state.message_starts.close(definition.key)
    core.state.signal_starts.close(definition.key)


def delete(core: Core, key: int) -> None:
    """Delete a definition: nothing starts from it any more; what runs goes on. Raises Rejection.

    If it was the latest version, the one before it takes over its start events.
    """
    definition = core.state.definitions.get(key)
    if definition is None or definition.deleted:
        raise Rejection("DELETE", "NOT_FOUND", f"Expected to delete resource but no resource found with key `{key}`")
    was_latest = core.state.latest(definition.process_id) is definition
    definition.deleted = True
    close_starts(core, definition)
    core.state.versions[definition.process_id].remove(key)
    latest = core.state.latest(definition.process_id)
    if was_latest and latest is not None:
        open_starts(core, latest)
