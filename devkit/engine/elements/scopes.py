"""Scopes: the process itself, and sub-processes, embedded or begun by an event."""

from __future__ import annotations

from devkit.engine.core import Core
from devkit.engine.definitions import Node, is_round
from devkit.engine.lifecycle import finish, send_token
from devkit.engine.records import ElementInstance
from devkit.engine.subscriptions import wait_for
from devkit.engine.variables import map_inputs, map_outputs


class ProcessScope:
    """A process instance; what it starts with is its payload's business, not a mapping's."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        wait_for(core, instance, node.event_starts)
        _begin(core, instance, node)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        finish(core, instance)


class SubProcess:
    """A sub-process; an event sub-process begins with the start event that happened, and its payload."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_inputs(core, instance, node)
        edge = [] if is_round(instance, node) else node.boundary
        wait_for(core, instance, [*edge, *node.event_starts])
        _begin(core, instance, node)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_outputs(core, instance, node)
        finish(core, instance)
        if node.by_event and core.nodes[instance.definition_key][node.scope].ad_hoc is not None:
            core.enqueue("ad-hoc path ended", instance.scope_key)


def _begin(core: Core, instance: ElementInstance, node: Node) -> None:
    instance.state = "ACTIVE"
    start = instance.trigger_id or node.none_start
    payload, instance.payload = instance.payload, None
    if start is not None:
        send_token(core, instance, start, start, payload)
