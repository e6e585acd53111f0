"""Errors and escalations on their way up: from where they are thrown to the event that catches them."""

from __future__ import annotations

from collections.abc import Iterator

from devkit.engine.core import Core
from devkit.engine.definitions import Node, is_round
from devkit.engine.records import ElementInstance, Variables
from devkit.engine.rejection import Failure

UNHANDLED_ERROR_EVENT = "UNHANDLED_ERROR_EVENT"


def throw_error(
    core: Core, source: ElementInstance, code: str, variables: Variables, message: str | None = None
) -> None:
    """Trigger the event that catches an error code. Raises Failure if there is none."""
    caught = _catch(core, source, "error", code)
    if caught is not None:
        core.enqueue("trigger", *caught, variables)
        return
    told = f" with message '{message}'" if message else ""
    codes = _codes(core, source)
    available = (
        f"Available error events are [{', '.join(codes)}]" if codes else "No error events are available in the scope."
    )
    raise Failure(
        UNHANDLED_ERROR_EVENT,
        f"Expected to throw an error event with the code '{code}'{told}, but it was not caught. {available}",
    )


def throw_escalation(core: Core, source: ElementInstance, code: str) -> bool:
    """Trigger the event that catches an escalation code; whether the thrower may go on (it was not interrupted)."""
    caught = _catch(core, source, "escalation", code)
    if caught is None:
        return True
    key, event_id = caught
    core.enqueue("trigger", key, event_id, None)
    return not core.definition(core.state.elements[key]).nodes[event_id].interrupting


def _catch(core: Core, source: ElementInstance, kind: str, code: str) -> tuple[int, str] | None:
    """The nearest catching event, as (element instance, event): one with the code before one for every code."""
    for instance, events in _outwards(core, source):
        fitting = [node for node in events if node.event is not None and node.event.kind == kind]
        for wanted in (code, None):
            for node in fitting:
                if node.event is not None and node.event.code == wanted:
                    return instance.key, node.id
    return None


def _codes(core: Core, source: ElementInstance) -> list[str]:
    return [
        node.event.code or "*"
        for _, events in _outwards(core, source)
        for node in events
        if node.event is not None and node.event.kind == "error"
    ]


def _outwards(core: Core, source: ElementInstance) -> Iterator[tuple[ElementInstance, list[Node]]]:
    """The thrower, the scopes around it, and those around the call activity that called; with the events at each.

    As in Zeebe, a scope that an event sub-process has interrupted lets nothing through.
    """
    instance: ElementInstance | None = source
    while instance is not None and not instance.interrupted:
        definition = core.definition(instance)
        node = definition.nodes[instance.element_id]
        events = [] if is_round(instance, node) else list(node.boundary)
        events += [] if instance.is_body else node.event_starts
        yield instance, [definition.nodes[event_id] for event_id in events]
        instance = core.state.elements.get(instance.scope_key or instance.caller_key)
