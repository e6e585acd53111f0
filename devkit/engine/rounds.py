"""The rounds of a multi-instance element: what each one adds to the body's output collection."""

from __future__ import annotations

from devkit.engine.core import Core
from devkit.engine.definitions import LoopModel, Node
from devkit.engine.records import ElementInstance
from devkit.engine.variables import visible


def collect(core: Core, ended: ElementInstance, node: Node) -> None:
    """Put a round's output element at its place in the collection, which is local to the body; see if that is all.

    Raises Failure, for the output element as for the completion condition.
    """
    model, body = node.loop, core.state.elements[ended.scope_key]
    if model is None or body.loop is None:
        return
    _put_output(core, ended, model)
    if model.completion_condition is not None:
        counts = {
            "numberOfInstances": len(body.loop.items),
            "numberOfActiveInstances": len(body.children) - 1,
            "numberOfCompletedInstances": body.loop.ended + 1,
            "numberOfTerminatedInstances": 0,
        }
        variables = {**visible(core, ended.key), **counts}
        body.loop.is_done = model.completion_condition.boolean_value(variables, core.clock)


def _put_output(core: Core, ended: ElementInstance, model: LoopModel) -> None:
    if model.output_collection is None or model.output_element is None:
        return
    result = model.output_element.evaluate(visible(core, ended.key), core.clock).json()
    own = core.state.variables[ended.scope_key]
    results = list(own[model.output_collection])
    results[ended.round - 1] = result
    own[model.output_collection] = results
