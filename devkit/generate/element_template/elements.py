"""What a template makes of a BPMN element: where it may be applied, and what it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector_sdk.template import Element

MESSAGE = "bpmn:MessageEventDefinition"


@dataclass(frozen=True, slots=True)
class Target:
    """One row; the words are those of Camunda's templates."""

    applies_to: tuple[str, ...]
    type: str
    id: str
    """In the id of one of several templates."""
    title: str
    """Behind the name of one of several templates."""
    event: str | None = None

    def written(self) -> dict[str, Any]:
        event = {"eventDefinition": self.event} if self.event else {}
        return {"appliesTo": list(self.applies_to), "elementType": {"value": self.type, **event}}


TARGETS: dict[Element, Target] = {
    "task": Target(("bpmn:Task",), "bpmn:ServiceTask", "Task", "Task"),
    "send task": Target(("bpmn:Task",), "bpmn:SendTask", "SendTask", "Send Task"),
    "message throw event": Target(
        ("bpmn:IntermediateThrowEvent",),
        "bpmn:IntermediateThrowEvent",
        "MessageThrowEvent",
        "Message Throw Event",
        MESSAGE,
    ),
    "message end event": Target(("bpmn:EndEvent",), "bpmn:EndEvent", "MessageEndEvent", "Message End Event", MESSAGE),
    "start event": Target(("bpmn:StartEvent",), "bpmn:StartEvent", "StartEvent", "Start Event"),
    "message start event": Target(
        ("bpmn:StartEvent",), "bpmn:StartEvent", "MessageStartEvent", "Message Start Event", MESSAGE
    ),
    "intermediate event": Target(
        ("bpmn:IntermediateCatchEvent", "bpmn:IntermediateThrowEvent"),
        "bpmn:IntermediateCatchEvent",
        "IntermediateEvent",
        "Intermediate Catch Event",
        MESSAGE,
    ),
    "boundary event": Target(("bpmn:BoundaryEvent",), "bpmn:BoundaryEvent", "BoundaryEvent", "Boundary Event", MESSAGE),
    "receive task": Target(("bpmn:ReceiveTask",), "bpmn:ReceiveTask", "ReceiveTask", "Receive Task"),
}


def id_of(stem: str, target: Target, several: bool) -> str:
    """`acme.hook.v1` is `acme.hook.StartEvent.v1` where there are several templates."""
    outer, _, version = stem.rpartition(".")
    return f"{outer}.{target.id}.{version}" if several else stem
