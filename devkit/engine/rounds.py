"""The rounds of a multi-instance element: what each one adds to the body's output collection."""

from __future__ import annotations

from devkit.engine.core import Core
from devkit.engine.definitions import Node
from devkit.engine.records import ElementInstance
from devkit.engine.variables import visible


def is_round(instance: ElementInstance, node: Node) -> bool:
    """A round of a multi-instance element, as opposed to its body; boundary events belong to the body."""
    return node.loop is not None and not instance.is_body


def collect(core: Core, ended: ElementInstance, node: Node) -> None:
    """Put a round's output element at its place in the collection, which is local to the body. Raises Failure."""
    model = node.loop
    if model is None or model.output_collection is None or model.output_element is None:
        return
    result = model.output_element.evaluate(visible(core, ended.key), core.clock).json()
    own = core.state.variables[ended.scope_key]
    results = list(own[model.output_collection])
    results[ended.round - 1] = result
    own[model.output_collection] = results
