"""The process of a recorded case as the BPMN reader would give it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_sdk.bpmn import Definitions, Element, EventDefinition, Message, Process


def definitions_of(process: Mapping[str, Any]) -> Definitions:
    """The file of a recorded process. Nesting is left out: inbound elements are found at any depth."""
    elements = {element["id"]: _element(element, process["id"]) for element in process["elements"]}
    return Definitions((Process(process["id"], None, True, elements=elements),))


def _element(element: Mapping[str, Any], parent: str) -> Element:
    message = _message(element)
    event = element.get("event", "none")
    return Element(
        id=element["id"],
        kind=element["kind"],
        parent=parent,
        name=element.get("name"),
        event=None if event == "none" else EventDefinition(event, message=message),
        message=message if element["kind"] == "receiveTask" else None,
        properties=tuple((name, value) for name, value in element["properties"]),
    )


def _message(element: Mapping[str, Any]) -> Message | None:
    """`messageNameAbsent`: a message without a name; no `message` at all: no message is referred to."""
    if element.get("messageNameAbsent"):
        return Message("message", None)
    return Message("message", element["message"]) if "message" in element else None
