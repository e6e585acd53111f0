"""What BPMN has and this development engine does not: refused at deployment, by name."""

from __future__ import annotations

from collections.abc import Iterator

from connector_sdk.bpmn import Element, Flow, Process

KINDS = {
    "transaction": "transactions",
    "complexGateway": "complex gateways",
}
EVENTS = {
    "compensate": "compensation events",
    "conditional": "conditional events",
    "cancel": "cancel events",
}
EXTENSIONS = {
    "calledDecision": "DMN decisions; give the task a job type instead",
    "executionListeners": "execution listeners",
    "taskListeners": "task listeners",
}


def unsupported(process: Process) -> Iterator[tuple[str, str]]:
    """(element id, sentence) for everything in a process that this engine cannot run."""
    places: tuple[Process | Flow | Element, ...] = (process, *process.flows.values(), *process.elements.values())
    for place in places:
        for extension in place.extensions:
            if extension in EXTENSIONS:
                yield place.id, _sentence(EXTENSIONS[extension])
    for identity, tag in process.unknown:
        yield identity, _sentence(f"the element bpmn:{tag}")
    for element in process.elements.values():
        for what in _of_element(element):
            yield element.id, _sentence(what)


def _sentence(what: str) -> str:
    return f"The development engine does not support {what}"


def _of_element(element: Element) -> Iterator[str]:
    if element.kind in KINDS:
        yield KINDS[element.kind]
    if element.event is not None and element.event.kind in EVENTS:
        yield EVENTS[element.event.kind]
    if element.more_events:
        yield "several event definitions on one event"
    if element.standard_loop:
        yield "standard loops; use multi-instance"
    if element.for_compensation:
        yield "compensation handlers"
