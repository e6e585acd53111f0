"""Elements of ad-hoc sub-processes that somebody asks for: over REST, or as the result of the sub-process's own job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devkit.engine.core import Core
from devkit.engine.elements.ad_hoc import begin, fulfil, missing, model_of
from devkit.engine.lifecycle import terminate_inside
from devkit.engine.records import ElementInstance, Variables
from devkit.engine.rejection import Code, Rejection
from devkit.engine.variables import propagate

Wanted = Sequence[tuple[str, Variables]]
"""Element ids, each with the variables of its inner instance."""


@dataclass(frozen=True, slots=True)
class AdHocResult:
    """What the worker of an ad-hoc sub-process's job says."""

    activate: Wanted = ()
    is_fulfilled: bool = False
    cancel_remaining: bool = False


def activate(core: Core, key: int, wanted: Wanted, *, cancel_remaining: bool) -> None:
    """Activate elements of an active ad-hoc sub-process, perhaps instead of what runs in it. Raises Rejection."""
    around = core.state.elements.get(key)
    if around is None or around.state in ("COMPLETED", "TERMINATED") or core.node(around).ad_hoc is None:
        raise _rejected(
            "NOT_FOUND",
            "Expected to activate activities for ad-hoc sub-process but no ad-hoc sub-process instance found "
            f"with key '{key}'.",
        )
    sentence = f"Expected to activate activities for ad-hoc sub-process with key '{key}', but"
    if around.state != "ACTIVE" or around.is_body:
        raise _rejected("INVALID_STATE", f"{sentence} it is not active.")
    element_ids = [element_id for element_id, _ in wanted]
    if len(set(element_ids)) != len(element_ids):
        raise _rejected("INVALID_ARGUMENT", f"{sentence} duplicate activities were given.")
    unknown = missing(model_of(core.node(around)), key, element_ids)
    if unknown is not None:
        raise _rejected("NOT_FOUND", unknown)
    if cancel_remaining:
        terminate_inside(core, around)
    for element_id, variables in wanted:
        begin(core, around, element_id, variables)


def _rejected(code: Code, reason: str) -> Rejection:
    return Rejection("ACTIVATE", code, reason)


def check(core: Core, around: ElementInstance, result: AdHocResult) -> None:
    """Raises Rejection for a job's result that cannot be carried out."""
    element_ids = [element_id for element_id, _ in result.activate]
    if element_ids and result.is_fulfilled:
        raise Rejection(
            "COMPLETE",
            "INVALID_ARGUMENT",
            "Expected to complete ad-hoc sub-process job, but the job result contains elements to be activated while "
            f"the completion condition is fulfilled (job key '{around.key}'). When the completion condition is "
            "fulfilled, no further element activations are allowed. Either remove the elements to be activated from "
            "the job result, or set the completion condition to not fulfilled.\n",
        )
    unknown = missing(model_of(core.node(around)), around.key, element_ids)
    if unknown is not None:
        raise Rejection("COMPLETE", "NOT_FOUND", unknown)


def carry_out(core: Core, around: ElementInstance, variables: Variables, result: AdHocResult) -> None:
    """Do what a job's result says; its variables are seen by what begins."""
    propagate(core, around.key, variables)
    for element_id, own in result.activate:
        begin(core, around, element_id, own)
    if result.is_fulfilled:
        fulfil(core, around, cancel_remaining=result.cancel_remaining)
        if not around.children and not around.tokens:
            core.enqueue("complete", around.key)
