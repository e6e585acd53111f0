"""Events: where a process starts, waits, tells others, and ends."""

from __future__ import annotations

from devkit.engine import jobs
from devkit.engine.core import Core
from devkit.engine.definitions import Node
from devkit.engine.lifecycle import finish, send_token, terminate_inside
from devkit.engine.records import ElementInstance
from devkit.engine.subscriptions import wait_for
from devkit.engine.throwing import throw_error, throw_escalation
from devkit.engine.variables import map_inputs, map_outputs, visible


class StartEvent:
    """A start event, with what started it as its payload."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        instance.state = "ACTIVE"
        core.enqueue("complete", instance.key)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_outputs(core, instance, node)
        finish(core, instance)


class BoundaryEvent(StartEvent):
    """An event at the edge of an activity that has happened."""

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        catches_error = node.event is not None and node.event.kind == "error"
        map_outputs(core, instance, node, keep_unmapped=not catches_error)
        finish(core, instance)


class CatchEvent:
    """Waits for a message, a timer or a signal; a link's target waits for nothing."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_inputs(core, instance, node)
        wait_for(core, instance, [node.id])
        instance.state = "ACTIVE"
        if node.event is not None and node.event.kind == "link":
            core.enqueue("complete", instance.key)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_outputs(core, instance, node)
        finish(core, instance)


class ThrowEvent:
    """Says something and goes on: a message by way of a job, a signal, an escalation, a link.

    As in Zeebe, input mappings count only where there is something to say with them; output mappings always do.
    """

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        if node.job is not None or (node.event is not None and node.event.kind == "signal"):
            map_inputs(core, instance, node)
        jobs.create(core, instance, node)
        goes_on = node.job is None
        event = node.event
        if event is not None and event.kind == "signal" and event.name is not None:
            name = event.name.text_value(visible(core, instance.key), core.clock)
            core.enqueue("broadcast", name, dict(core.state.variables.get(instance.key, {})))
        elif event is not None and event.kind == "escalation":
            goes_on = throw_escalation(core, instance, _code(core, instance, node))
        instance.state = "ACTIVE"
        if goes_on:
            core.enqueue("complete", instance.key)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_outputs(core, instance, node)
        event = node.event
        if event is not None and event.link is not None:
            scope = core.state.elements[instance.scope_key]
            target = core.definition(instance).nodes[node.scope].links[event.link]
            send_token(core, scope, target, target)
        finish(core, instance)


class EndEvent(ThrowEvent):
    """The end of a path; an error end event and a terminate end event end more than that."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        if node.event is not None and node.event.kind == "error":
            _throw(core, instance, node)
            return
        super().activate(core, instance, node)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        if node.event is not None and node.event.kind == "terminate":
            scope = core.state.elements[instance.scope_key]
            del scope.children[instance.key]
            terminate_inside(core, scope)
            scope.children[instance.key] = None
        super().complete(core, instance, node)


def _throw(core: Core, instance: ElementInstance, node: Node) -> None:
    """Raises Failure if nothing catches the error."""
    throw_error(core, instance, _code(core, instance, node), {})
    instance.state = "ACTIVE"


def _code(core: Core, instance: ElementInstance, node: Node) -> str:
    """The error or escalation code that an event throws. Raises Failure."""
    if node.event is None or node.event.thrown is None:
        return ""
    return node.event.thrown.text_value(visible(core, instance.key), core.clock)
