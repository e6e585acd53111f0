"""What Zeebe refuses at deployment, in its own words: (element, sentence) for everything wrong with a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from connector_sdk import feel
from connector_sdk.bpmn import Definitions, Element, Message, Process
from devkit.engine.definitions import JOB_TASKS
from devkit.engine.texts import expressions_of
from devkit.engine.unsupported import unsupported

Found = Iterator[tuple[str, str]]

_BOUNDARY_EVENTS = ("timer", "message", "error", "signal", "escalation")
_CATCH_EVENTS = ("timer", "message", "signal", "link")
_START_EVENTS = ("timer", "message", "signal", "error", "escalation")
_ONLY_INTERRUPTING = ("error",)


def check_file(file: Definitions) -> list[tuple[str, str]]:
    """Everything that stands against a deployment; empty if nothing does."""
    executable = [process for process in file.processes if process.executable]
    if not executable:
        return [("definitions", "Must contain at least one executable process")]
    return [finding for process in executable for finding in _check_process(process)]


def _check_process(process: Process) -> Found:
    yield from unsupported(process)
    yield from _check_starts(process, process.id)
    for element in process.elements.values():
        if element.kind == "subProcess":
            yield from _check_starts(process, element.id)
        for check in _CHECKS.get(element.kind, ()):
            yield from check(element, process)
        yield from _check_mappings(element)
        yield from _check_loop(element)
        for place, text in expressions_of(element, process):
            yield from _check_expression(place, text)
    yield from _check_links(process)


def _check_expression(place: str, text: str) -> Found:
    if not text.startswith("="):
        return
    try:
        feel.parse(text[1:].strip())
    except feel.FeelSyntaxError as error:
        yield place, f"failed to parse expression '{text[1:].strip()}': {error}"


def _check_starts(process: Process, scope: str) -> Found:
    starts = [
        element for element in process.elements.values() if element.kind == "startEvent" and element.parent == scope
    ]
    if not starts:
        yield scope, "Must have at least one start event"
    if sum(start.event is None for start in starts) > 1:
        yield scope, "Multiple none start events are not allowed"
    inside = process.elements.get(scope)
    by_event = inside is not None and inside.triggered_by_event
    for start in starts:
        if inside is not None and not by_event and start.event is not None:
            yield start.id, "Start events in subprocesses must be of type none"
        if by_event and start.event is None:
            yield (
                start.id,
                "Start events in event subprocesses must be one of: message, timer, error, signal or escalation",
            )
        if by_event and not start.interrupting and start.event is not None and start.event.kind in _ONLY_INTERRUPTING:
            yield start.id, "Error start events must be interrupting"
    names = Counter(start.event.message.name for start in starts if start.event is not None and start.event.message)
    for name, count in names.items():
        if count > 1:
            yield scope, f"Multiple message event definitions with the same name '{name}' are not allowed."


def _check_mappings(element: Element) -> Found:
    for direction, mappings in (("input", element.inputs), ("output", element.outputs)):
        place = f"{element.id} > extensionElements > ioMapping > {direction}"
        for mapping in mappings:
            if not mapping.source:
                yield place, "Expected expression but not found."
            if not all(mapping.target.split(".")):
                yield place, f"Expected path expression but '{mapping.target}' is none."


def _check_loop(element: Element) -> Found:
    if element.multi_instance is not None and not element.multi_instance.input_collection:
        yield (
            f"{element.id} > multiInstanceLoopCharacteristics > extensionElements > loopCharacteristics",
            "Attribute 'inputCollection' must be present and not empty",
        )


def _check_links(process: Process) -> Found:
    targets = [
        (element.parent, element.event.link_name)
        for element in process.elements.values()
        if element.kind == "intermediateCatchEvent" and element.event is not None and element.event.kind == "link"
    ]
    for element in process.elements.values():
        event = element.event
        if element.kind != "intermediateThrowEvent" or event is None or event.kind != "link":
            continue
        if (element.parent, event.link_name) not in targets:
            yield (
                element.parent,
                f"Can't find an catch link event for the throw link event with the name '{event.link_name}'.",
            )
    for (scope, name), count in Counter(targets).items():
        if count > 1:
            yield (
                scope,
                f"Multiple intermediate catch link event definitions with the same name '{name}' are not allowed.",
            )


def _check_job(element: Element, process: Process) -> Found:
    del process
    if element.kind == "scriptTask" and "script" in element.extensions:
        if not element.extensions["script"].get("resultVariable"):
            yield (
                f"{element.id} > extensionElements > script",
                "Attribute 'resultVariable' must be present and not empty",
            )
        return
    if element.kind == "businessRuleTask" and "calledDecision" in element.extensions:
        return
    if element.task_definition is None:
        yield element.id, "Must have exactly one 'zeebe:taskDefinition' extension element"
    elif not element.task_definition.type:
        yield f"{element.id} > extensionElements > taskDefinition", "Attribute 'type' must be present and not empty"


def _check_conditions(element: Element, process: Process) -> Found:
    if len(element.outgoing) < 2:
        return
    for identity in element.outgoing:
        if identity != element.default_flow and not process.flows[identity].condition:
            yield identity, "Must have a condition or be default flow"


def _check_event_gateway(element: Element, process: Process) -> Found:
    if len(element.outgoing) < 2:
        yield element.id, "Event-based gateway must have at least 2 outgoing sequence flows."
    for identity in element.outgoing:
        target = process.elements[process.flows[identity].target]
        kind = target.event.kind if target.event is not None else None
        if target.kind != "intermediateCatchEvent" or kind not in ("timer", "message", "signal"):
            yield (
                element.id,
                "Event-based gateway must not have an outgoing sequence flow to other elements than message, timer "
                "and signal intermediate catch events.",
            )


def _check_boundary(element: Element, process: Process) -> Found:
    del process
    kind = element.event.kind if element.event is not None else None
    if element.attached_to is None:
        yield element.id, "Must be attached to an activity"
    if kind not in _BOUNDARY_EVENTS:
        yield element.id, f"Boundary events must be one of: {', '.join(_BOUNDARY_EVENTS)}"
    if kind in _ONLY_INTERRUPTING and not element.interrupting:
        yield element.id, "Non-interrupting events of this type are not supported"
    yield from _check_caught(element, keyed=True)


def _check_catch(element: Element, process: Process) -> Found:
    del process
    if element.event is None or element.event.kind not in _CATCH_EVENTS:
        yield element.id, f"Event definition must be one of: {', '.join(_CATCH_EVENTS)}"
    yield from _check_caught(element, keyed=True)


def _check_start(element: Element, process: Process) -> Found:
    if element.event is not None and element.event.kind not in _START_EVENTS:
        yield element.id, "Start event must be one of: none, timer, message, error, signal or escalation"
    yield from _check_caught(element, keyed=element.parent != process.id)


def _check_receive(element: Element, process: Process) -> Found:
    del process
    yield from _check_message(element.id, element.message, keyed=True)


def _check_caught(element: Element, *, keyed: bool) -> Found:
    event = element.event
    if event is None:
        return
    if event.kind == "message":
        yield from _check_message(element.id, event.message, keyed=keyed)
    elif event.kind == "timer" and not event.timer:
        yield element.id, "Must have exactly one of timeDate, timeDuration or timeCycle"
    elif event.timer_kind == "cycle" and element.kind == "intermediateCatchEvent":
        yield element.id, "Intermediate timer catch event must have a time duration or time date."
    elif event.timer_kind == "cycle" and element.kind == "boundaryEvent" and element.interrupting:
        yield element.id, "Interrupting timer event with time cycle is not allowed."
    elif event.kind == "signal" and (event.reference is None or not event.reference.code):
        yield element.id, "Must reference a signal with a name"


def _check_message(place: str, message: Message | None, *, keyed: bool) -> Found:
    if message is None:
        yield place, "Must reference a message"
    elif not message.name:
        yield message.id, "Name must be present and not empty"
    elif keyed and not message.correlation_key:
        yield message.id, "Must have exactly one zeebe:subscription extension element"


def _check_throw(element: Element, process: Process) -> Found:
    del process
    event = element.event
    if event is None:
        return
    if event.kind == "message" and element.task_definition is None:
        yield element.id, "Must have exactly one 'zeebe:taskDefinition' extension element"
    if event.kind == "error" and (event.reference is None or not event.reference.code):
        yield element.id, "Must reference an error with an error code"
    if event.kind == "escalation" and (event.reference is None or not event.reference.code):
        yield element.id, "Must reference an escalation with an escalation code"
    if event.kind == "signal" and (event.reference is None or not event.reference.code):
        yield element.id, "Must reference a signal with a name"


def _check_call(element: Element, process: Process) -> Found:
    del process
    if not element.extensions.get("calledElement", {}).get("processId"):
        yield f"{element.id} > extensionElements > calledElement", "Attribute 'processId' must be present and not empty"


_CHECKS: Mapping[str, tuple[Callable[[Element, Process], Found], ...]] = {
    **dict.fromkeys(JOB_TASKS, (_check_job,)),
    "exclusiveGateway": (_check_conditions,),
    "inclusiveGateway": (_check_conditions,),
    "eventBasedGateway": (_check_event_gateway,),
    "boundaryEvent": (_check_boundary,),
    "intermediateCatchEvent": (_check_catch,),
    "startEvent": (_check_start,),
    "receiveTask": (_check_receive,),
    "intermediateThrowEvent": (_check_throw,),
    "endEvent": (_check_throw,),
    "callActivity": (_check_call,),
}
