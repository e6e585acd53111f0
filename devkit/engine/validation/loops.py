"""Loops that never wait: Zeebe refuses those that hold a task without work."""

from __future__ import annotations

from connector_sdk.bpmn import Element, Process

_TASKS = ("task", "manualTask")
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")


def straight_through_loop(process: Process) -> list[str] | None:
    """The ids along the first such loop, the first one repeated at the end; None if there is none."""
    for element in process.elements.values():
        if element.kind in _TASKS:
            path = _way_back(process, element)
            if path is not None:
                return path
    return None


def _way_back(process: Process, start: Element) -> list[str] | None:
    seen: set[str] = set()
    waiting = [(start, [start.id])]
    while waiting:
        element, path = waiting.pop()
        for identity in element.outgoing:
            target = process.elements[process.flows[identity].target]
            if target.id == start.id:
                return [*path, start.id]
            if target.id not in seen and _goes_straight_through(target):
                seen.add(target.id)
                waiting.append((target, [*path, target.id]))
    return None


def _goes_straight_through(element: Element) -> bool:
    if element.kind in ("startEvent", "intermediateThrowEvent"):
        return element.event is None
    return element.kind in (*_TASKS, *_GATEWAYS)
