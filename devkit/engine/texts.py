"""Where in an element FEEL may stand: every such text with its place, as Zeebe's errors name places."""

from __future__ import annotations

from collections.abc import Iterator

from connector_sdk.bpmn import Element, Process


def expressions_of(element: Element, process: Process) -> Iterator[tuple[str, str]]:
    """(place, text) for each text of an element and its outgoing flows that may be FEEL."""
    for place, text in _texts(element):
        if text is not None:
            yield place, text
    for identity in element.outgoing:
        condition = process.flows[identity].condition
        if condition:
            yield f"{identity} > conditionExpression", condition


def _texts(element: Element) -> Iterator[tuple[str, str | None]]:
    extensions = f"{element.id} > extensionElements"
    if element.task_definition is not None:
        yield f"{extensions} > taskDefinition", element.task_definition.type
        yield f"{extensions} > taskDefinition", element.task_definition.retries
    for direction, mappings in (("input", element.inputs), ("output", element.outputs)):
        for mapping in mappings:
            yield f"{extensions} > ioMapping > {direction}", mapping.source
    for tag, attribute in (
        ("script", "expression"),
        ("calledElement", "processId"),
        ("assignmentDefinition", "assignee"),
    ):
        yield f"{extensions} > {tag}", element.extensions.get(tag, {}).get(attribute)
    for message in (element.message, element.event.message if element.event is not None else None):
        if message is not None:
            yield message.id, message.name
            yield f"{message.id} > extensionElements > subscription", message.correlation_key
    if element.event is not None:
        yield f"{element.id} > timerEventDefinition", element.event.timer
        if element.event.kind == "signal" and element.event.reference is not None:
            yield f"{element.id} > signalEventDefinition", element.event.reference.code
    loop = element.multi_instance
    if loop is not None:
        place = f"{element.id} > multiInstanceLoopCharacteristics"
        yield place, loop.input_collection
        yield place, loop.output_element
        yield place, loop.completion_condition
