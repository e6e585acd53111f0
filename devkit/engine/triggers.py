"""An event happens to an element instance that waits for it: at its edge, inside it, or as the very thing it is."""

from __future__ import annotations

from devkit.engine.core import Core
from devkit.engine.definitions import Node
from devkit.engine.lifecycle import create, finish, send_token, terminate, terminate_inside
from devkit.engine.records import ElementInstance, Variables
from devkit.engine.subscriptions import stop_waiting


def trigger(core: Core, key: int, event_id: str, payload: Variables | None) -> None:
    """Let an event happen; nothing, if the element instance has ended since."""
    instance = core.state.elements.get(key)
    if instance is None or instance.state not in ("ACTIVATING", "ACTIVE"):
        return
    event = core.definition(instance).nodes[event_id]
    if event.id == instance.element_id:
        instance.payload = payload
        core.enqueue("complete", key)
    elif event.kind == "boundaryEvent":
        _at_the_edge(core, instance, event, payload)
    elif event.kind == "startEvent":
        _inside(core, instance, event, payload)
    else:
        _behind_a_gateway(core, instance, event, payload)


def _at_the_edge(core: Core, instance: ElementInstance, event: Node, payload: Variables | None) -> None:
    scope = core.state.elements[instance.scope_key]
    if event.interrupting:
        terminate(core, instance)
    send_token(core, scope, event.id, event.id, payload)


def _inside(core: Core, scope: ElementInstance, start: Node, payload: Variables | None) -> None:
    if start.interrupting:
        terminate_inside(core, scope)
        stop_waiting(core, scope)
        scope.interrupted = True
    sub_process = core.definition(scope).nodes[start.scope]
    instance = create(core, scope, sub_process)
    instance.trigger_id = start.id
    core.enqueue("enter", instance.key, payload)


def _behind_a_gateway(core: Core, gateway: ElementInstance, event: Node, payload: Variables | None) -> None:
    scope = core.state.elements[gateway.scope_key]
    finish(core, gateway, ())
    instance = create(core, scope, event)
    instance.state = "ACTIVE"
    instance.payload = payload
    core.enqueue("complete", instance.key)
