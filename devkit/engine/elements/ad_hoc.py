"""Ad-hoc sub-processes, as Zeebe 8.8 runs them: activities begin when they are asked for, each in an inner instance.

Who asks: the model's `activeElementsCollection`, the REST API, or the worker of the sub-process's own job.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from devkit.engine import incidents, jobs
from devkit.engine.ad_hoc import ELEMENTS_VARIABLE, AdHocModel, inner_id
from devkit.engine.core import Core
from devkit.engine.definitions import Node, is_round
from devkit.engine.expressions import EXTRACT_VALUE_ERROR
from devkit.engine.lifecycle import create, finish, send_token, terminate_inside
from devkit.engine.records import ElementInstance, Variables
from devkit.engine.rejection import Failure
from devkit.engine.subscriptions import wait_for
from devkit.engine.variables import map_inputs, map_outputs, propagate, set_local, visible


class AdHocSubProcess:
    """It stays until its completion condition is true or, if it has none, until what was activated has ended."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        model = model_of(node)
        results: Variables = {} if model.output_collection is None else {model.output_collection: []}
        set_local(core, instance.key, {ELEMENTS_VARIABLE: list(model.elements), **results})
        map_inputs(core, instance, node)
        chosen = _chosen(core, instance, model)
        edge = [] if is_round(instance, node) else node.boundary
        wait_for(core, instance, [*edge, *node.event_starts])
        jobs.create(core, instance, node)
        instance.state = "ACTIVE"
        for element_id in chosen:
            begin(core, instance, element_id, {})

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        jobs.cancel(core, instance)
        collection = model_of(node).output_collection
        if collection is not None:
            propagate(core, instance.scope_key, {collection: core.state.variables[instance.key][collection]})
        map_outputs(core, instance, node)
        finish(core, instance)


class InnerInstance:
    """What holds one activated activity and all that follows it."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        raise AssertionError("an inner instance is active from the start")

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        """Raises Failure for the output element and the completion condition."""
        around = core.state.elements[instance.scope_key]
        model = model_of(core.node(around))
        fulfilled = _collect(core, instance, around, model)
        finish(core, instance)
        if fulfilled:
            fulfil(core, around, cancel_remaining=model.cancel_remaining)
        elif model.completion_condition is not None:
            around.is_fulfilled = False  # as in Zeebe, what it is when the last path ends counts
        core.enqueue("ad-hoc path ended", around.key)


def model_of(node: Node) -> AdHocModel:
    """What the model says of an ad-hoc sub-process."""
    if node.ad_hoc is None:
        raise AssertionError(f"{node.id} is no ad-hoc sub-process")
    return node.ad_hoc


def missing(model: AdHocModel, key: int, element_ids: Iterable[str]) -> str | None:
    """The sentence about elements that an ad-hoc sub-process does not have; None if it has them all."""
    unknown = [element_id for element_id in element_ids if element_id not in model.activities]
    if not unknown:
        return None
    return (
        f"Expected to activate activities for ad-hoc sub-process with key '{key}', "
        f"but the given elements [{', '.join(unknown)}] do not exist."
    )


def _chosen(core: Core, instance: ElementInstance, model: AdHocModel) -> list[str]:
    """What the model wants to begin with. Raises Failure."""
    if model.active_elements is None:
        return []
    expression = model.active_elements
    try:
        chosen = expression.list_value(visible(core, instance.key), core.clock)
        if not all(isinstance(element_id, str) for element_id in chosen):
            raise Failure(
                EXTRACT_VALUE_ERROR,
                f"Expected result of the expression '{expression.text}' to be 'ARRAY' containing 'STRING' items, "
                "but was 'ARRAY' containing at least one non-'STRING' item.",
            )
    except Failure as failure:
        raise Failure(failure.error_type, f"Failed to activate ad-hoc elements. {failure.message}") from failure
    sentence = missing(model, instance.key, chosen)
    if sentence is not None:
        raise Failure(EXTRACT_VALUE_ERROR, sentence)
    return chosen


def begin(core: Core, around: ElementInstance, element_id: str, variables: Variables) -> None:
    """Activate an element of an active ad-hoc sub-process, in an inner instance with these variables."""
    inner = create(core, around, core.nodes[around.definition_key][inner_id(around.element_id)])
    inner.state = "ACTIVE"
    output_variable = model_of(core.node(around)).output_variable
    if output_variable is not None:
        set_local(core, around.key, {output_variable: None})
    set_local(core, inner.key, variables)
    send_token(core, inner, element_id, element_id)


def fulfil(core: Core, around: ElementInstance, *, cancel_remaining: bool) -> None:
    """The completion condition is true: it ends with what still runs, which may be cancelled."""
    around.is_fulfilled = True
    if cancel_remaining:
        terminate_inside(core, around)


def _collect(core: Core, inner: ElementInstance, around: ElementInstance, model: AdHocModel) -> bool:
    """Add the output element to the collection; whether the completion condition is true then. Raises Failure."""
    own = core.state.variables[around.key]
    before: Any = None
    if model.output_collection is not None and model.output_element is not None:
        result = model.output_element.evaluate(visible(core, inner.key), core.clock).json()
        before = own.get(model.output_collection)
        if not isinstance(before, list):
            raise Failure(EXTRACT_VALUE_ERROR, "The output collection has the wrong type. Expected ARRAY.")
        own[model.output_collection] = [*before, result]
    if model.completion_condition is None:
        return False
    try:
        return model.completion_condition.boolean_value(visible(core, around.key), core.clock)
    except Failure as failure:
        if model.output_collection is not None:
            own[model.output_collection] = before  # it is added when the incident is resolved
        raise Failure(failure.error_type, f"Failed to evaluate completion condition. {failure.message}") from failure


def on_path_end(core: Core, key: int) -> None:
    """Something in an ad-hoc sub-process has ended: it ends as well, or asks its worker what comes next."""
    around = core.state.elements[key]
    if around.state != "ACTIVE":
        return
    node = core.node(around)
    model, empty = model_of(node), not around.children and not around.tokens
    if node.job is not None:
        _ask_again(core, around, node)
    elif empty and (model.completion_condition is None or around.is_fulfilled or around.interrupted):
        core.enqueue("complete", key)


def _ask_again(core: Core, around: ElementInstance, node: Node) -> None:
    """There is one job at a time; none when the worker has said that this is all.

    Then the rest is cancelled when the first of it ends: as Zeebe does, which looks at the model's
    `cancelRemainingInstances` there, and that cannot be anything but true beside a job type.
    """
    jobs.cancel(core, around)
    incidents.close(core, around)
    if around.is_fulfilled:
        terminate_inside(core, around)
        core.enqueue("complete", around.key)
        return
    try:
        jobs.create(core, around, node)
    except Failure as failure:
        incidents.create(core, around, failure)
