"""Variables live in scopes: every element instance may have its own, and sees those of the scopes around it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from devkit.engine.core import Core
from devkit.engine.definitions import Node, is_round
from devkit.engine.records import ElementInstance, Variables


def visible(core: Core, key: int) -> Mapping[str, Any]:
    """What an element instance sees: its own variables before those of the scopes around it."""
    scopes: list[Variables] = []
    while key:
        own = core.state.variables.peek(key)
        if own:
            scopes.append(own)
        element = core.state.elements.peek(key)
        key = 0 if element is None else element.scope_key
    return scopes[0] if len(scopes) == 1 else ChainMap(*scopes)


def set_local(core: Core, key: int, variables: Variables) -> None:
    """Set variables at one scope, whatever the scopes around it hold."""
    if variables:
        core.state.variables.setdefault(key, {}).update(variables)


def propagate(core: Core, key: int, variables: Variables) -> None:
    """Set each variable in the nearest scope that has it already, else at the process instance."""
    remaining = dict(variables)
    while remaining:
        scope_key = core.state.elements[key].scope_key
        if not scope_key:
            core.state.variables.setdefault(key, {}).update(remaining)
            return
        known = core.state.variables.peek(key) or {}
        here = {name: remaining.pop(name) for name in tuple(remaining) if name in known}
        set_local(core, key, here)
        key = scope_key


def map_inputs(core: Core, instance: ElementInstance, node: Node) -> None:
    """Apply the input mappings: their targets become local. Raises Failure."""
    if node.inputs is not None:
        set_local(core, instance.key, node.inputs.evaluate(visible(core, instance.key), core.clock))


def map_outputs(core: Core, instance: ElementInstance, node: Node, *, keep_unmapped: bool = True) -> None:
    """Bring what came with a job or an event, and what the output mappings take, to where it is seen. Raises Failure.

    With output mappings only they leave the element (a round of a multi-instance element keeps them, for its output
    element). Without, what came is propagated, unless `keep_unmapped` is
    false (the variables of a thrown error).
    """
    payload = instance.payload or {}
    if node.outputs is not None:
        set_local(core, instance.key, payload)
        instance.payload = None
        mapped = node.outputs.evaluate_into(visible(core, instance.key), core.clock)
        propagate(core, instance.key if is_round(instance, node) else instance.scope_key, mapped)
    elif payload and keep_unmapped:
        instance.payload = None
        propagate(core, instance.key, payload)
