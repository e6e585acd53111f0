"""Loops that never wait: Zeebe refuses those that hold a task without work, or a call of the process itself."""

from __future__ import annotations

from collections.abc import Iterator

from connector_sdk.bpmn import Element, Process

_TASKS = ("task", "manualTask")
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")


def straight_through_loop(process: Process) -> list[str] | None:
    """The ids along the first such loop, the first one repeated at the end; None if there is none."""
    for element in process.elements.values():
        if element.kind in _TASKS or _calls_itself(element, process):
            path = _way_back(process, element)
            if path is not None:
                return path
    return None


def _way_back(process: Process, start: Element) -> list[str] | None:
    seen: set[str] = set()
    waiting = [(start, [start.id])]
    while waiting:
        element, path = waiting.pop()
        for target in _next(element, process):
            if target.id == start.id:
                return [*path, start.id]
            if target.id not in seen and _goes_straight_through(target, process):
                seen.add(target.id)
                waiting.append((target, [*path, target.id]))
    return None


def _next(element: Element, process: Process) -> Iterator[Element]:
    """Where a token goes from an element: from a call of the process itself to its beginning."""
    if not _calls_itself(element, process):
        yield from (process.elements[process.flows[identity].target] for identity in element.outgoing)
        return
    for start in process.elements.values():
        if start.kind == "startEvent" and start.parent == process.id and start.event is None:
            yield start


def _calls_itself(element: Element, process: Process) -> bool:
    called = element.extensions.get("calledElement", {}).get("processId")
    return element.kind == "callActivity" and called == process.id


def _goes_straight_through(element: Element, process: Process) -> bool:
    if element.kind in ("startEvent", "intermediateThrowEvent"):
        return element.event is None
    return element.kind in (*_TASKS, *_GATEWAYS) or _calls_itself(element, process)
