"""What Zeebe wants of elements that belong together: a scope's start events, an activity's catch events, links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from connector_sdk.bpmn import Element, Process

Found = Iterator[tuple[str, str]]


def _inside(process: Process, scope: str, kind: str) -> list[Element]:
    return [element for element in process.elements.values() if element.parent == scope and element.kind == kind]


def check_starts(process: Process, scope: str) -> Found:
    """The start events of a process or a sub-process."""
    starts = _inside(process, scope, "startEvent")
    around = process.elements.get(scope)
    if around is None:
        if not starts:
            yield scope, "Must have at least one start event"
        if sum(start.event is None for start in starts) > 1:
            yield scope, "Multiple none start events are not allowed"
        messages = Counter(start.event.message.id for start in starts if start.event and start.event.message)
        for message, count in messages.items():
            if count > 1:
                yield message, "A message cannot be referred by more than one start event"
        return
    if len(starts) != 1:
        yield scope, "Must have exactly one start event"
    for start in starts:
        if not around.triggered_by_event and start.event is not None:
            yield scope, "Start events in subprocesses must be of type none"
        if around.triggered_by_event and start.event is None:
            yield (
                scope,
                "Start events in event subprocesses must be one of: message, timer, error, signal or escalation",
            )
        if start.event is not None and start.event.kind == "error" and not start.interrupting:
            yield scope, "Non-Interrupting event of this type is not allowed"
        if start.event is not None and start.event.timer_kind == "cycle" and start.interrupting:
            yield scope, "Interrupting timer event with time cycle is not allowed."


def check_catchers(process: Process, place: str) -> Found:
    """The events that wait at one place: boundary events, event sub-processes, events behind a gateway."""
    catchers = [element for element in process.elements.values() if element.attached_to == place]
    for sub_process in _inside(process, place, "subProcess"):
        if sub_process.triggered_by_event:
            catchers += _inside(process, sub_process.id, "startEvent")
    element = process.elements.get(place)
    if element is not None and element.kind == "eventBasedGateway":
        catchers += [process.elements[process.flows[identity].target] for identity in element.outgoing]
    events = [catcher.event for catcher in catchers if catcher.event is not None]
    messages = Counter(event.message.name for event in events if event.message is not None)
    yield from (
        (place, f"Multiple message event definitions with the same name '{name}' are not allowed.")
        for name, count in messages.items()
        if count > 1
    )
    codes = Counter(event.reference.code for event in events if event.kind == "error" and event.reference is not None)
    yield from (
        (place, f"Multiple error catch events with the same error code '{code}' are not supported on the same scope.")
        for code, count in codes.items()
        if count > 1
    )


def check_links(process: Process) -> Found:
    """Every link throw event has exactly one link catch event in its scope."""
    targets = Counter(
        (element.parent, element.event.link_name)
        for element in process.elements.values()
        if element.kind == "intermediateCatchEvent" and element.event is not None and element.event.kind == "link"
    )
    for element in process.elements.values():
        event = element.event
        if element.kind != "intermediateThrowEvent" or event is None or event.kind != "link":
            continue
        if (element.parent, event.link_name) not in targets:
            yield (
                element.parent,
                f"Can't find an catch link event for the throw link event with the name '{event.link_name}'.",
            )
    for (scope, name), count in targets.items():
        if count > 1:
            yield (
                scope,
                f"Multiple intermediate catch link event definitions with the same name '{name}' are not allowed.",
            )
