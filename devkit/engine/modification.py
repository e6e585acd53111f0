"""Modification of a running process instance: elements begin, or end, where a person wants them to, as in Zeebe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from devkit.engine import instances
from devkit.engine.core import Core
from devkit.engine.definitions import Node
from devkit.engine.lifecycle import create, terminate
from devkit.engine.records import ElementInstance, Variables
from devkit.engine.rejection import Rejection
from devkit.engine.variables import set_local

_ENDED = ("COMPLETED", "TERMINATED")
_NO_BEGINNING = {"startEvent": "START_EVENT", "boundaryEvent": "BOUNDARY_EVENT"}
_SUPPORTED = (
    *("PROCESS", "SUB_PROCESS", "EVENT_SUB_PROCESS", "INTERMEDIATE_CATCH_EVENT", "INTERMEDIATE_THROW_EVENT"),
    *("END_EVENT", "SERVICE_TASK", "RECEIVE_TASK", "USER_TASK", "MANUAL_TASK", "TASK", "EXCLUSIVE_GATEWAY"),
    *("PARALLEL_GATEWAY", "EVENT_BASED_GATEWAY", "INCLUSIVE_GATEWAY", "MULTI_INSTANCE_BODY", "CALL_ACTIVITY"),
    *("BUSINESS_RULE_TASK", "SCRIPT_TASK", "SEND_TASK"),
)
"""What can be activated, in the order in which Zeebe lists it."""


@dataclass(frozen=True, slots=True)
class Activation:
    """An element to begin; `ancestor_key` says in which of several scopes, 0 leaves that to the engine."""

    element_id: str
    ancestor_key: int = 0
    variables: Sequence[tuple[str, Variables]] = ()
    """By the id of the scope that they are local to; empty for the process instance."""


@dataclass(slots=True)
class _Modification:
    """One modification on its way: which scopes it needs, so that they are not ended with what was in them."""

    core: Core
    instance: ElementInstance
    needed: set[int] = field(default_factory=set)

    def refuse(self, reason: str) -> Rejection:
        process_id = self.instance.element_id
        sentence = f"Expected to modify instance of process '{process_id}' but it contains one or more {reason}"
        return Rejection("MODIFY", "INVALID_ARGUMENT", sentence)

    def activate(self, activation: Activation) -> None:
        """Begin an element in its scope; scopes that are not there begin as well. Raises Rejection."""
        node = self.core.nodes[self.instance.definition_key][activation.element_id]
        around = self.scope(node, activation)
        inside = create(self.core, around, node)
        self.set_variables(activation, inside)
        self.core.enqueue("enter", inside.key, None)

    def scope(self, node: Node, activation: Activation) -> ElementInstance:
        """The element instance that a node is to begin in, needed from now on."""
        found = self.found(node.scope, activation)
        if found is None:
            parent = self.core.nodes[self.instance.definition_key][node.scope]
            found = create(self.core, self.scope(parent, activation), parent)
            self.set_variables(activation, found)
            instances.open_scope(self.core, found)
        else:
            self.set_variables_around(activation, found)
        self.needed.add(found.key)
        return found

    def found(self, scope_id: str, activation: Activation) -> ElementInstance | None:
        """The active scope of an id, if there is one. Raises Rejection if it could be one of several."""
        chosen = self.core.state.elements.get(activation.ancestor_key)
        if chosen is not None and chosen.element_id == scope_id:
            return chosen
        active = [one for one in self.active() if one.element_id == scope_id and not one.is_body]
        if len(active) > 1:
            raise self.refuse(
                "activate instructions for an element that has a flow scope with more than one active instance: "
                f"'{scope_id}'. Can't decide in which instance of the flow scope the element should be activated. "
                "Please specify an ancestor element instance key for this activate instruction."
            )
        return active[0] if active else None

    def set_variables(self, activation: Activation, at: ElementInstance) -> None:
        for wanted, variables in activation.variables:
            if wanted == at.element_id or not (wanted or at.scope_key):
                set_local(self.core, at.key, variables)

    def set_variables_around(self, activation: Activation, scope: ElementInstance) -> None:
        """Set what is for a scope that is active already, and for those around it."""
        at: ElementInstance | None = scope
        while at is not None:
            self.set_variables(activation, at)
            at = self.core.state.elements.get(at.scope_key)

    def active(self) -> Iterable[ElementInstance]:
        return [one for one in self.core.state.elements_of(self.instance.key) if one.state not in _ENDED]

    def terminate(self, key: int) -> None:
        """End an element, and the scopes around it in which nothing is left and nothing begins."""
        ending: ElementInstance | None = self.core.state.elements[key]
        while ending is not None and ending.state not in _ENDED:
            terminate(self.core, ending)
            around = self.core.state.elements.get(ending.scope_key)
            if around is None or around.children or around.tokens or around.key in self.needed:
                return
            ending = around


def modify(core: Core, key: int, activations: Sequence[Activation], ended: Sequence[int | str]) -> None:
    """Begin elements of a process instance, then end others, by key or all with an id. Raises Rejection."""
    instance = core.state.elements.get(key)
    if instance is None or instance.scope_key or instance.state in _ENDED:
        reason = f"Expected to modify process instance but no process instance found with key '{key}'"
        raise Rejection("MODIFY", "NOT_FOUND", reason)
    modification = _Modification(core, instance)
    _check_activations(modification, activations)
    keys = _keys(modification, ended)
    for activation in activations:
        modification.activate(activation)
    for ending in keys:
        modification.terminate(ending)


def _keys(modification: _Modification, ended: Sequence[int | str]) -> list[int]:
    """The element instances to end. Raises Rejection."""
    active = {one.key: one.element_id for one in modification.active()}
    unknown = [key for key in ended if isinstance(key, int) and key not in active]
    if unknown:
        raise modification.refuse(
            f"terminate instructions with an element instance that could not be found: '{_quoted(map(str, unknown))}'"
        )
    return [key for key, element_id in active.items() if key in ended or element_id in ended]


def _check_activations(modification: _Modification, activations: Sequence[Activation]) -> None:
    """Raises Rejection before anything is changed; a scope that could be one of several as well."""
    core, instance = modification.core, modification.instance
    nodes = core.nodes[instance.definition_key]
    unknown = [
        one.element_id for one in activations if one.element_id not in nodes or one.element_id == instance.element_id
    ]
    if unknown:
        raise modification.refuse(
            f"activate instructions with an element that could not be found: '{_quoted(unknown)}'"
        )
    for activation in activations:
        reason = _unsupported(nodes, activation.element_id)
        if reason is not None:
            raise modification.refuse(
                f"activate instructions for elements that are unsupported: '{activation.element_id}'. {reason}"
            )
        around = _around(modification, activation)
        _check_scopes(modification, activation, around)


def _unsupported(nodes: Mapping[str, Node], element_id: str) -> str | None:
    """Why an element cannot be activated; None if it can."""
    node = nodes[element_id]
    if node.kind in _NO_BEGINNING:
        return (
            f"The activation of elements with type '{_NO_BEGINNING[node.kind]}' is not supported. "
            f"Supported element types are: [{', '.join(_SUPPORTED)}]."
        )
    sources = [other for other in nodes.values() for flow in other.outgoing if flow.target == element_id]
    if any(source.kind == "eventBasedGateway" for source in sources):
        return "The activation of events belonging to an event-based gateway is not supported."
    return None


def _around(modification: _Modification, activation: Activation) -> list[str]:
    """The ids of the scopes around an element, the process last. Raises Rejection for what is in rounds."""
    nodes = modification.core.nodes[modification.instance.definition_key]
    found, scope_id = [], nodes[activation.element_id].scope
    while scope_id:
        found.append(scope_id)
        begins = modification.found(scope_id, activation) is None
        if begins and nodes[scope_id].loop is not None:
            process_id = modification.instance.element_id
            raise Rejection(
                "MODIFY",
                "INVALID_ARGUMENT",
                f"Expected to modify instance of process '{process_id}' but it contains one or more activate "
                f"instructions that would result in the activation of multi-instance element '{scope_id}', which is "
                "currently unsupported.",
            )
        scope_id = nodes[scope_id].scope
    return found


def _check_scopes(modification: _Modification, activation: Activation, around: Sequence[str]) -> None:
    """The scopes that an activation names. Raises Rejection."""
    elements, instance = modification.core.state.elements, modification.instance
    ancestor = elements.get(activation.ancestor_key)
    if activation.ancestor_key > 0 and (ancestor is None or ancestor.state != "ACTIVE"):
        raise modification.refuse(
            "activate instructions with an ancestor scope key that does not exist, or is not in an active state: "
            f"'{activation.ancestor_key}'"
        )
    if ancestor is not None and ancestor.process_instance_key != instance.key:
        raise modification.refuse(
            "activate instructions with an ancestor scope key that does not belong to the modified process instance: "
            f"'{activation.ancestor_key}'"
        )
    if ancestor is not None and ancestor.element_id not in around:
        raise modification.refuse(
            "activate instructions with an ancestor scope key that is not an ancestor of the element to activate:\n"
            f"- instance '{ancestor.key}' of element '{ancestor.element_id}' is not an ancestor of element "
            f"'{activation.element_id}'"
        )
    nodes = modification.core.nodes[instance.definition_key]
    for scope_id, _ in activation.variables:
        if scope_id and scope_id not in nodes:
            raise modification.refuse(
                f"variable instructions with a scope element id that could not be found: '{scope_id}'"
            )
        if scope_id and scope_id not in (activation.element_id, *around):
            raise modification.refuse(
                "variable instructions with a scope element that doesn't belong to the activating element's flow "
                "scope. These variables should be set before or after the modification."
            )


def _quoted(names: Iterable[str]) -> str:
    return "', '".join(dict.fromkeys(names))
