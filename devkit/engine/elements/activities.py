"""Tasks: work by job workers, by people, by FEEL, by other processes, or none at all."""

from __future__ import annotations

from devkit.engine import jobs
from devkit.engine.calls import called, check_depth
from devkit.engine.core import Core
from devkit.engine.definitions import Node, is_round
from devkit.engine.lifecycle import finish
from devkit.engine.records import ElementInstance
from devkit.engine.rejection import Failure
from devkit.engine.subscriptions import wait_at, wait_for
from devkit.engine.variables import map_inputs, map_outputs, visible


def open_boundary(core: Core, instance: ElementInstance, node: Node) -> None:
    """Wait for the boundary events of an activity, unless its multi-instance body does. Raises Failure."""
    if not is_round(instance, node):
        wait_at(core, instance, node)


class PlainTask:
    """A manual or undefined task: a step with nothing to do. Zeebe ignores its mappings."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        open_boundary(core, instance, node)
        instance.state = "ACTIVE"
        core.enqueue("complete", instance.key)

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        finish(core, instance)


class JobTask:
    """A service, send, business-rule, script or user task that a job worker does."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_inputs(core, instance, node)
        open_boundary(core, instance, node)
        jobs.create(core, instance, node)
        instance.state = "ACTIVE"

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_outputs(core, instance, node)
        finish(core, instance)


class ScriptTask(JobTask):
    """FEEL, or a job."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        if node.script is None:
            super().activate(core, instance, node)
            return
        map_inputs(core, instance, node)
        result = node.script.evaluate(visible(core, instance.key), core.clock)
        open_boundary(core, instance, node)
        instance.payload = {node.result_variable: result.json()} if node.result_variable else None
        instance.state = "ACTIVE"
        core.enqueue("complete", instance.key)


class ReceiveTask:
    """Waits for its message."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_inputs(core, instance, node)
        wait_for(core, instance, [node.id, *([] if is_round(instance, node) else node.boundary)])
        instance.state = "ACTIVE"

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_outputs(core, instance, node)
        finish(core, instance)


class CallActivity:
    """Runs another process and waits for its end; variables go both ways unless the model says otherwise."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        map_inputs(core, instance, node)
        check_depth(core, instance)
        process_id = "" if node.called is None else node.called.text_value(visible(core, instance.key), core.clock)
        definition = called(core, node, process_id, core.definition(instance))
        if definition.process.none_start is None:
            raise Failure(
                "CALLED_ELEMENT_ERROR",
                f"Expected process with BPMN process id '{process_id}' to have a none start event, but not found.",
            )
        open_boundary(core, instance, node)
        whole = _says(node, "propagateAllParentVariables", default=True)
        seen = visible(core, instance.key) if whole else core.state.variables.get(instance.key, {})
        instance.state = "ACTIVE"
        core.enqueue("call", instance.key, definition.key, dict(seen))

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        if node.outputs is None and not _says(node, "propagateAllChildVariables", default=True):
            instance.payload = None
        map_outputs(core, instance, node)
        finish(core, instance)


def _says(node: Node, attribute: str, *, default: bool) -> bool:
    written = node.extensions.get("calledElement", {}).get(attribute)
    return default if written is None else written == "true"
