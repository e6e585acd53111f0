"""Process instances: created by command, event or call activity; cancelled; ended."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from devkit.engine import incidents
from devkit.engine.core import Core
from devkit.engine.definitions import Definition
from devkit.engine.lifecycle import create as create_element
from devkit.engine.lifecycle import enter, send_token, terminate
from devkit.engine.records import ElementInstance, Variables
from devkit.engine.rejection import Failure, Rejection
from devkit.engine.subscriptions import wait_for
from devkit.engine.variables import propagate, set_local

_NO_STARTS = {"startEvent": "START_EVENT", "boundaryEvent": "BOUNDARY_EVENT"}
_STARTS = (
    *("USER_TASK", "EVENT_SUB_PROCESS", "INTERMEDIATE_CATCH_EVENT", "INTERMEDIATE_THROW_EVENT", "EVENT_BASED_GATEWAY"),
    *("EXCLUSIVE_GATEWAY", "RECEIVE_TASK", "MULTI_INSTANCE_BODY", "PARALLEL_GATEWAY", "CALL_ACTIVITY", "MANUAL_TASK"),
    *("TASK", "END_EVENT", "PROCESS", "SERVICE_TASK", "SUB_PROCESS", "INCLUSIVE_GATEWAY", "BUSINESS_RULE_TASK"),
    *("SCRIPT_TASK", "SEND_TASK"),
)
"""Where an instance can be started, in the order in which Zeebe lists it."""
NOT_ENDED = ("ACTIVATING", "ACTIVE", "COMPLETING")


def definition_to_start(core: Core, process_id: str | None, key: int | None, version: int) -> Definition:
    """The definition that a create command names; a negative version is the latest. Raises Rejection."""
    if (key is None or key < 0) and not process_id:
        raise Rejection(
            "CREATE",
            "INVALID_ARGUMENT",
            "Expected at least a bpmnProcessId or a key greater than -1, but none given",
        )
    if key is not None:
        found = core.state.definitions.peek(key)
        if found is None or found.deleted:
            raise _no_definition(f"key '{key}'")
        return found
    if version < 0:
        latest = core.state.latest(process_id or "")
        if latest is None:
            raise _no_definition(f"process ID '{process_id}'")
        return latest
    for candidate in core.state.versions.get(process_id or "", ()):
        if core.state.definition(candidate).version == version:
            return core.state.definition(candidate)
    raise _no_definition(f"process ID '{process_id}' and version '{version}'")


def _no_definition(what: str) -> Rejection:
    return Rejection("CREATE", "NOT_FOUND", f"Expected to find process definition with {what}, but none found")


def create(
    core: Core,
    definition: Definition,
    variables: Variables,
    start_at: Sequence[str] = (),
    business_id: str | None = None,
) -> ElementInstance:
    """Create an instance, at its none start event or at the elements named. Raises Rejection."""
    if not start_at and definition.process.none_start is None:
        raise Rejection(
            "CREATE",
            "INVALID_STATE",
            "Expected to create instance of process with none start event, but there is no such event",
        )
    for element_id in start_at:
        reason = _cannot_start_at(definition, element_id)
        if reason is not None:
            message = f"Expected to create instance of process with start instructions but {reason}"
            raise Rejection("CREATE", "INVALID_ARGUMENT", message)
    instance = _new(core, definition, variables)
    instance.business_id = business_id
    if start_at:
        _start_inside(core, instance, definition, start_at)
    else:
        enter(core, instance)
    return instance


def _cannot_start_at(definition: Definition, element_id: str) -> str | None:
    """Why no instance can be started at an element; None if it can."""
    flows = {flow.id for node in definition.nodes.values() for flow in node.outgoing}
    node = definition.nodes.get(element_id)
    if (node is None and element_id not in flows) or element_id == definition.process_id:
        return f"no element found with id '{element_id}'."
    if node is None or node.kind in _NO_STARTS:
        kind = "SEQUENCE_FLOW" if node is None else _NO_STARTS[node.kind]
        return (
            f"the element with id '{element_id}' targets unsupported element type '{kind}'. "
            f"Supported element types are: [{', '.join(_STARTS)}]"
        )
    scope = definition.nodes[node.scope]
    while scope.scope:
        if scope.loop is not None:
            return (
                f"the element with id '{element_id}' is inside a multi-instance subprocess. "
                "The creation of elements inside a multi-instance subprocess is not supported."
            )
        scope = definition.nodes[scope.scope]
    return None


def _new(core: Core, definition: Definition, variables: Variables, key: int | None = None) -> ElementInstance:
    key = core.state.next_key() if key is None else key
    instance = ElementInstance(key, definition.process_id, definition.key, key, 0, core.now_ms)
    core.state.elements[key] = instance
    core.state.of_instance[key] = [key]
    set_local(core, key, variables)
    return instance


def _start_inside(core: Core, instance: ElementInstance, definition: Definition, start_at: Sequence[str]) -> None:
    """Enter the scopes around each element, once, then the element."""
    scopes = {definition.process_id: open_scope(core, instance)}

    def scope_of(element_id: str) -> ElementInstance:
        parent = definition.nodes[element_id].scope
        if parent not in scopes:
            scopes[parent] = open_scope(core, create_element(core, scope_of(parent), definition.nodes[parent]))
        return scopes[parent]

    for element_id in start_at:
        send_token(core, scope_of(element_id), element_id, element_id)


def open_scope(core: Core, scope: ElementInstance) -> ElementInstance:
    """Make a scope active without its start event: something inside of it begins."""
    scope.state = "ACTIVE"
    node = core.node(scope)
    try:
        wait_for(core, scope, [*node.boundary, *node.event_starts])
    except Failure as failure:
        incidents.create(core, scope, failure)
    return scope


def start_by_event(
    core: Core,
    definition_key: int,
    event_id: str,
    variables: Variables,
    start_lock: str | None,
    key: int | None = None,
) -> None:
    """Start an instance at a start event that has happened."""
    instance = _new(core, core.state.definition(definition_key), {}, key)
    instance.start_lock = start_lock
    instance.trigger_id = event_id
    enter(core, instance, variables)


def call(core: Core, caller_key: int, definition_key: int, variables: Variables) -> None:
    """Start the process of a call activity."""
    caller = core.state.elements[caller_key]
    if caller.state != "ACTIVE":
        return
    instance = _new(core, core.state.definition(definition_key), variables)
    instance.caller_key = caller_key
    caller.called_key = instance.key
    enter(core, instance)


def on_end(core: Core, key: int) -> None:
    """An instance has completed or was terminated: whoever depends on it goes on."""
    instance = core.state.elements[key]
    completed = instance.state == "COMPLETED"
    variables = core.state.variables.get(key, {})
    caller = core.state.elements.get(instance.caller_key)
    if caller is not None:
        caller.called_key = 0
        if completed:
            caller.payload = dict(variables)
            core.enqueue("complete", caller.key)
    if instance.start_lock is not None:
        core.enqueue("start next", instance.element_id, instance.start_lock)
    waiting = core.results.pop(key, None)
    if waiting is not None:
        core.answers.append(partial(waiting, dict(variables) if completed else None))
    core.state.remember_end(key)


def cancel(core: Core, key: int) -> None:
    """Terminate an instance with everything inside. Raises Rejection."""
    instance = core.state.elements.get(key)
    if instance is None or instance.scope_key or instance.state not in NOT_ENDED:
        raise Rejection(
            "CANCEL",
            "NOT_FOUND",
            f"Expected to cancel a process instance with key '{key}', but no such process was found",
        )
    if instance.caller_key:
        root = instance
        while root.caller_key:
            root = core.state.elements[core.state.elements[root.caller_key].process_instance_key]
        raise Rejection(
            "CANCEL",
            "INVALID_STATE",
            f"Expected to cancel a process instance with key '{key}', but it is created by a parent process instance. "
            f"Cancel the root process instance '{root.key}' instead.",
        )
    terminate(core, instance)


def set_variables(core: Core, key: int, variables: Variables, *, local: bool) -> None:
    """Set variables at an element instance, or (not `local`) from there outwards. Raises Rejection."""
    instance = core.state.elements.get(key)
    if instance is None or instance.state not in NOT_ENDED:
        raise Rejection(
            "UPDATE",
            "NOT_FOUND",
            f"Expected to update variables for element with key '{key}', but no such element was found",
        )
    if local:
        set_local(core, key, variables)
    else:
        propagate(core, key, variables)
