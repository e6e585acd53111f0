"""What Zeebe wants of events, and of what waits for a message."""

from __future__ import annotations

from collections.abc import Iterator

from connector_sdk.bpmn import Element, Message, Process

Found = Iterator[tuple[str, str]]
"""(element, sentence) for everything that is wrong."""

_BOUNDARY = ("message", "timer", "error", "signal", "escalation")
_CATCH = ("message", "timer", "signal", "link")
_START = ("timer", "message", "signal", "error", "escalation")
_WITH_CODE = {
    "error": ("Must reference an error", "ErrorCode"),
    "escalation": ("Must reference an escalation", "EscalationCode"),
}
NOT_ATTACHABLE = ("Gateway", "Event")


def check_boundary(element: Element, process: Process) -> Found:
    attached = process.elements.get(element.attached_to or "")
    if attached is None or attached.kind.endswith(NOT_ATTACHABLE):
        yield element.id, "Must be attached to an activity"
    if element.event is None:
        yield element.id, "Must have exactly one event definition"
    elif element.event.kind not in _BOUNDARY:
        yield element.id, "Boundary events must be one of: message, timer, error, signal or escalation"
    if not element.outgoing:
        yield element.id, "Must have at least one outgoing sequence flow or association"
    if element.event is not None and element.event.kind == "error" and not element.interrupting:
        yield element.id, "Non-Interrupting event of this type is not allowed"
    if element.event is not None and element.event.timer_kind == "cycle" and element.interrupting:
        yield element.id, "Interrupting timer event with time cycle is not allowed."
    yield from _check_caught(element, keyed=True)


def check_catch(element: Element, process: Process) -> Found:
    if element.event is None:
        yield element.id, "Must have exactly one event definition"
        return
    if element.event.kind not in _CATCH:
        yield element.id, "Event definition must be one of: message, timer, signal, or link"
    yield from _check_caught(element, keyed=True)
    if element.event.kind == "timer" and element.event.timer_kind not in ("date", "duration"):
        yield element.id, "Intermediate timer catch event must have either a time duration or a time date."


def check_start(element: Element, process: Process) -> Found:
    scope = process.elements.get(element.parent)
    if element.event is not None and element.event.kind not in _START:
        yield element.id, "Start event must be one of: none, message, timer, error, signal or escalation"
    yield from _check_caught(element, keyed=scope is not None)


def check_receive(element: Element, process: Process) -> Found:
    yield from _check_message(element.id, element.message, keyed=True)


def _check_caught(element: Element, *, keyed: bool) -> Found:
    event = element.event
    if event is None:
        return
    place = f"{element.id} > {event.kind}EventDefinition"
    if event.kind == "message":
        yield from _check_message(place, event.message, keyed=keyed)
    elif event.kind == "timer" and not event.timer:
        yield place, "Must be exactly one type of timer: timeDuration, timeDate or timeCycle"
    elif event.kind == "signal":
        yield from _check_signal(element)
    elif event.kind == "error" and event.reference is not None and (event.reference.code or "").startswith("="):
        yield place, "The errorCode of the error catch event is not allowed to be an expression"


def _check_message(place: str, message: Message | None, *, keyed: bool) -> Found:
    if message is None:
        yield place, "Must reference a message"
        return
    if not message.name:
        yield message.id, "Name must be present and not empty"
    if keyed and message.correlation_key is None:
        yield message.id, "Must have exactly one zeebe:subscription extension element"


def _check_signal(element: Element) -> Found:
    reference = element.event.reference if element.event is not None else None
    if reference is None:
        yield f"{element.id} > signalEventDefinition", "Must reference a signal"
    elif not reference.code:
        yield reference.id, "Name must be present and not empty"


def check_throw(element: Element, process: Process) -> Found:
    event = element.event
    if event is None:
        return
    if event.kind == "message" and element.task_definition is None:
        yield (
            element.id,
            "Must have either one 'zeebe:publishMessage' or one 'zeebe:taskDefinition' extension element",
        )
    elif event.kind == "signal":
        yield from _check_signal(element)
    elif event.kind in _WITH_CODE:
        missing, code = _WITH_CODE[event.kind]
        place = f"{element.id} > {event.kind}EventDefinition"
        if event.reference is None:
            yield place, missing
        elif not event.reference.code:
            yield place, f"{code} must be present and not empty"


def check_end(element: Element, process: Process) -> Found:
    if element.outgoing:
        yield element.id, "End events must not have outgoing sequence flows to other elements."
    yield from check_throw(element, process)
