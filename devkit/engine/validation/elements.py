"""What Zeebe wants of each kind of element, as a table of checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from connector_sdk.bpmn import Element, Process
from devkit.engine.definitions import JOB_TASKS
from devkit.engine.timing import parse_date
from devkit.engine.user_tasks import HIGHEST_PRIORITY
from devkit.engine.validation.events import (
    Found,
    check_boundary,
    check_catch,
    check_end,
    check_receive,
    check_start,
    check_throw,
)

Check = Callable[[Element, Process], Found]

_BEHIND_GATEWAY = ("message", "timer", "signal")
_JOB_OR = {"scriptTask": "script", "businessRuleTask": "calledDecision"}
BINDINGS = ("deployment", "latest", "versionTag")


def _check_job(element: Element, process: Process) -> Found:
    other = _JOB_OR.get(element.kind)
    if other is not None and other in element.extensions:
        if other == "script" and not element.extensions[other].get("resultVariable"):
            place = f"{element.id} > extensionElements > script"
            yield place, "Attribute 'resultVariable' must be present and not empty"
    elif element.task_definition is None and other is not None:
        yield element.id, f"Must have either one 'zeebe:{other}' or one 'zeebe:taskDefinition' extension element"
    elif element.task_definition is None:
        yield element.id, "Must have exactly one 'zeebe:taskDefinition' extension element"


def _check_exclusive(element: Element, process: Process) -> Found:
    yield from _check_conditions(element, process, "Must have a condition or be default flow")


def _check_inclusive(element: Element, process: Process) -> Found:
    yield from _check_conditions(element, process, "Must have a condition")


def _check_conditions(element: Element, process: Process, sentence: str) -> Found:
    if len(element.outgoing) < 2:
        return
    for identity in element.outgoing:
        if identity != element.default_flow and not process.flows[identity].condition:
            yield identity, sentence


def _check_event_gateway(element: Element, process: Process) -> Found:
    targets = [process.elements[process.flows[identity].target] for identity in element.outgoing]
    if len(targets) < 2:
        yield element.id, "Event-based gateway must have at least 2 outgoing sequence flows."
    if any(
        target.kind != "intermediateCatchEvent" or target.event is None or target.event.kind not in _BEHIND_GATEWAY
        for target in targets
    ):
        yield (
            element.id,
            "Event-based gateway must not have an outgoing sequence flow to other elements than message/timer/signal "
            "intermediate catch events.",
        )
    if any(len(target.incoming) > 1 for target in targets):
        yield (
            element.id,
            "Target elements of an event gateway must not have any additional incoming sequence flows other than that "
            "from the event gateway.",
        )


def _check_call(element: Element, process: Process) -> Found:
    if "calledElement" not in element.extensions:
        yield element.id, "Must have exactly one 'zeebe:calledElement' extension element"
    yield from _check_binding(element, "calledElement")


def _check_binding(element: Element, extension: str) -> Found:
    """Which version of another resource an element is bound to."""
    said = element.extensions.get(extension, {})
    binding = said.get("bindingType", "latest")
    place = f"{element.id} > extensionElements > {extension}"
    if binding not in BINDINGS:
        yield place, f"Attribute 'bindingType' must be one of: {', '.join(BINDINGS)}"
    elif binding == "versionTag" and not (said.get("versionTag") or "").strip():
        yield place, "Attribute 'versionTag' must be present and not empty if 'bindingType' is 'versionTag'"
    elif binding != "versionTag" and said.get("versionTag"):
        yield place, "Attribute 'versionTag' may only be used if 'bindingType' is 'versionTag'"


def _check_loop(element: Element, process: Process) -> Found:
    loop = element.multi_instance
    if loop is None:
        return
    place = f"{element.id} > multiInstanceLoopCharacteristics > extensionElements > loopCharacteristics"
    for given, name, other in (
        (loop.output_collection, "outputCollection", "outputElement"),
        (loop.output_element, "outputElement", "outputCollection"),
    ):
        if given and not (loop.output_element and loop.output_collection):
            yield place, f"Attribute '{other}' must be present if the attribute '{name}' is set"


def _check_ad_hoc(element: Element, process: Process) -> Found:
    inside = [inner.kind for inner in process.elements.values() if inner.parent == element.id]
    said = element.extensions.get("adHoc", {})
    if not inside:
        yield element.id, "Must have at least one activity."
    if "startEvent" in inside:
        yield element.id, "Must not contain a start event."
    if "endEvent" in inside:
        yield element.id, "Must not contain an end event."
    output, collection = said.get("outputElement"), said.get("outputCollection")
    if bool(output) != bool(collection):
        yield (
            element.id,
            "OutputElement and OutputCollection must both be set, or neither of them set. "
            f"outputElement:{output or 'null'} and outputCollection:{collection or 'null'}.",
        )
    if element.task_definition is not None:
        for name, given in (
            ("cancelRemainingInstances", not element.cancel_remaining),
            ("completionCondition", element.completion_condition is not None),
            ("activeElementsCollection", said.get("activeElementsCollection")),
        ):
            if given:
                yield element.id, f"Must not define {name} in combination with zeebe:taskDefinition."


def _check_user_task(element: Element, process: Process) -> Found:
    """What a task of `zeebe:userTask` says as plain text; a job's is for its worker to judge."""
    if "userTask" not in element.extensions:
        return
    place = f"{element.id} > extensionElements"
    for name in ("dueDate", "followUpDate"):
        written = element.extensions.get("taskSchedule", {}).get(name)
        if written and not written.startswith("=") and not _is_date(written):
            yield (
                f"{place} > taskSchedule",
                "Expected static value to be a valid DateTime String, e.g. '2023-03-02T15:35+02:00', "
                f"but found '{written}'.",
            )
    for name in ("candidateGroups", "candidateUsers"):
        people = element.extensions.get("assignmentDefinition", {}).get(name)
        if people and not people.startswith("=") and not all(part.strip() for part in people.split(",")):
            yield (
                f"{place} > assignmentDefinition",
                f"Expected static value to be a list of comma-separated values, e.g. 'a,b,c', but found '{people}'.",
            )
    yield from _check_priority(f"{place} > priorityDefinition", element)
    yield from _check_form(f"{place} > formDefinition", element)


def _check_priority(place: str, element: Element) -> Found:
    priority = element.extensions.get("priorityDefinition", {}).get("priority")
    if not priority or priority.startswith("="):
        return
    if re.fullmatch(r"-?[0-9]+", priority) is None:
        yield place, f"Expected static value to be a valid Number between 0 and 100, but found '{priority}'."
    elif not 0 <= int(priority) <= HIGHEST_PRIORITY:
        yield place, f"Priority must be a number between 0 and 100, but was '{priority}'."


def _check_form(place: str, element: Element) -> Found:
    form = element.extensions.get("formDefinition")
    if form is None:
        return
    if bool((form.get("formId") or "").strip()) == bool((form.get("externalReference") or "").strip()):
        yield (
            place,
            "Exactly one of the attributes 'formId, externalReference' must be present and not blank "
            "for native user tasks",
        )
    yield from _check_binding(element, "formDefinition")


def _is_date(written: str) -> bool:
    try:
        parse_date(written)
    except (ValueError, OverflowError):
        return False
    return True


ELEMENTS: Mapping[str, tuple[Check, ...]] = {
    **dict.fromkeys(JOB_TASKS, (_check_job, _check_loop)),
    "exclusiveGateway": (_check_exclusive,),
    "inclusiveGateway": (_check_inclusive,),
    "eventBasedGateway": (_check_event_gateway,),
    "boundaryEvent": (check_boundary,),
    "intermediateCatchEvent": (check_catch,),
    "startEvent": (check_start,),
    "receiveTask": (check_receive, _check_loop),
    "intermediateThrowEvent": (check_throw,),
    "endEvent": (check_end,),
    "callActivity": (_check_call, _check_loop),
    "subProcess": (_check_loop,),
    "adHocSubProcess": (_check_ad_hoc, _check_loop),
    "userTask": (_check_user_task, _check_loop),
}
