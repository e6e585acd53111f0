"""Where tokens meet: a parallel gateway waits for every incoming flow, an inclusive one for those that can still come.

A token stays on its flow, in its scope's `tokens`, until the element behind the flow takes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from devkit.engine.core import Core
from devkit.engine.definitions import Node
from devkit.engine.records import ElementInstance


def take_tokens(core: Core, scope: ElementInstance, node: Node, via: str) -> bool:
    """Whether the element is entered now; if so, the tokens that enter it are gone from their flows."""
    if via not in scope.tokens:
        return False
    flows: tuple[str, ...] = (via,)
    if len(node.incoming) > 1 and node.kind == "parallelGateway":
        if any(flow not in scope.tokens for flow in node.incoming):
            return False
        flows = node.incoming
    elif len(node.incoming) > 1 and node.kind == "inclusiveGateway":
        if _may_still_come(core, scope, node):
            return False
        flows = tuple(flow for flow in node.incoming if flow in scope.tokens)
    for flow in flows:
        _take(scope.tokens, flow)
    return True


def _take(tokens: dict[str, int], flow: str) -> None:
    tokens[flow] -= 1
    if not tokens[flow]:
        del tokens[flow]


def open_inclusive(core: Core, scope: ElementInstance) -> None:
    """Look again at the inclusive gateways of a scope at which tokens wait."""
    if not scope.tokens or scope.state != "ACTIVE":
        return
    nodes = core.definition(scope).nodes
    for identity in nodes[scope.element_id].inclusive_joins:
        waiting = next((flow for flow in nodes[identity].incoming if flow in scope.tokens), None)
        if waiting is not None:
            core.enqueue("activate", scope.key, identity, waiting, None)


def _may_still_come(core: Core, scope: ElementInstance, gateway: Node) -> bool:
    """Whether something in the scope can still reach an incoming flow on which no token waits."""
    nodes = core.definition(scope).nodes
    missing = [flow for flow in gateway.incoming if flow not in scope.tokens]
    if not missing:
        return False
    upstream = _upstream(nodes, gateway, missing)
    active = {core.state.elements[key].element_id for key in scope.children}
    moving = {
        node.id for node in upstream if node.id in scope.tokens or any(flow in scope.tokens for flow in node.incoming)
    }
    return bool(moving) or any(node.id in active for node in upstream)


def _upstream(nodes: Mapping[str, Node], gateway: Node, flows: list[str]) -> list[Node]:
    """The elements from which a token could come over one of the flows, without passing the gateway."""
    sources = {flow.id: node for node in nodes.values() for flow in node.outgoing}
    found: dict[str, Node] = {}
    waiting = [sources[flow] for flow in flows]
    while waiting:
        node = waiting.pop()
        if node.id in found or node.id == gateway.id:
            continue
        found[node.id] = node
        waiting += [sources[flow] for flow in node.incoming]
        if node.attached_to is not None:
            waiting.append(nodes[node.attached_to])
    return list(found.values())
