"""Gateways. Conditional flows are tried in reverse file order, as Zeebe does."""

from __future__ import annotations

from devkit.engine.core import Core
from devkit.engine.definitions import ExecutableFlow, Node
from devkit.engine.lifecycle import finish
from devkit.engine.records import ElementInstance
from devkit.engine.rejection import Failure
from devkit.engine.subscriptions import wait_for
from devkit.engine.variables import visible

CONDITION_ERROR = "CONDITION_ERROR"
_NOTHING_TRUE = "Expected at least one condition to evaluate to true, or to have a default flow"


class ParallelGateway:
    """Every outgoing flow; the join is in `devkit.engine.joins`."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        instance.state = "COMPLETING"
        finish(core, instance)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        finish(core, instance)


class ExclusiveGateway:
    """The first flow whose condition is true, else the default flow."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        chosen = self.choose(core, instance, node)
        instance.state = "COMPLETING"
        finish(core, instance, chosen)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        finish(core, instance, self.choose(core, instance, node))

    def choose(self, core: Core, instance: ElementInstance, node: Node) -> list[ExecutableFlow]:
        """Raises Failure for a condition that is not boolean, or if no flow can be taken."""
        return _true_flows(core, instance, node)[:1]


class InclusiveGateway(ExclusiveGateway):
    """Every flow whose condition is true, else the default flow."""

    def choose(self, core: Core, instance: ElementInstance, node: Node) -> list[ExecutableFlow]:
        return _true_flows(core, instance, node, first=False)


def _true_flows(core: Core, instance: ElementInstance, node: Node, *, first: bool = True) -> list[ExecutableFlow]:
    if not node.outgoing:
        return []
    variables = visible(core, instance.key)
    chosen: list[ExecutableFlow] = []
    for flow in node.outgoing:
        if flow.id == node.default_flow:
            continue
        if flow.condition is None or flow.condition.boolean_value(variables, core.clock):
            chosen.append(flow)
            if first:
                break
    if not chosen:
        chosen = [flow for flow in node.outgoing if flow.id == node.default_flow]
    if not chosen:
        raise Failure(CONDITION_ERROR, _NOTHING_TRUE)
    return chosen


class EventBasedGateway:
    """Waits for the events behind it; the first one that happens goes on (`devkit.engine.triggers`)."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        wait_for(core, instance, [flow.target for flow in node.outgoing])
        instance.state = "ACTIVE"

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        finish(core, instance, ())
