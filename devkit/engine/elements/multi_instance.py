"""Multi-instance: a body around the rounds of an activity, one for each item, side by side or one after the other."""

from __future__ import annotations

from typing import Any

from devkit.engine.core import Core
from devkit.engine.definitions import LoopModel, Node
from devkit.engine.lifecycle import create, finish, terminate_inside
from devkit.engine.records import ElementInstance, Loop
from devkit.engine.subscriptions import wait_at
from devkit.engine.variables import propagate, set_local, visible


class MultiInstanceBody:
    """The body: it holds the boundary events and the output collection."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        loop = _model(node)
        items = loop.input_collection.list_value(visible(core, instance.key), core.clock)
        wait_at(core, instance, node)
        instance.loop = Loop(items)
        if loop.output_collection is not None:
            set_local(core, instance.key, {loop.output_collection: [None] * len(items)})
        instance.state = "ACTIVE"
        for _ in items[:1] if loop.sequential else items:
            _begin_round(core, instance, node)
        if not items:
            core.enqueue("complete", instance.key)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        collection = _model(node).output_collection
        if collection is not None:
            results = core.state.variables[instance.key][collection]
            propagate(core, instance.scope_key, {collection: results})
        finish(core, instance)


def _model(node: Node) -> LoopModel:
    if node.loop is None:
        raise AssertionError(f"{node.id} is no multi-instance element")
    return node.loop


def _progress(body: ElementInstance) -> Loop:
    if body.loop is None:
        raise AssertionError(f"the body of {body.element_id} was never entered")
    return body.loop


def _begin_round(core: Core, body: ElementInstance, node: Node) -> None:
    model, progress = _model(node), _progress(body)
    instance = create(core, body, node)
    local: dict[str, Any] = {}
    if model.output_variable is not None:
        local[model.output_variable] = None
    if model.input_element is not None:
        local[model.input_element] = progress.items[progress.begun]
    progress.begun += 1
    instance.round = local["loopCounter"] = progress.begun
    set_local(core, instance.key, local)
    core.enqueue("enter", instance.key, None)


def on_round_end(core: Core, body_key: int, round_key: int) -> None:
    """A round has ended: begin the next one, or end the body."""
    body = core.state.elements[body_key]
    if body.state != "ACTIVE":
        return
    node = core.node(body)
    model, progress = _model(node), _progress(body)
    progress.ended += 1
    if progress.is_done:
        terminate_inside(core, body)
    elif progress.begun < len(progress.items):
        if model.sequential:
            _begin_round(core, body, node)
        return
    if not body.children:
        core.enqueue("complete", body_key)
