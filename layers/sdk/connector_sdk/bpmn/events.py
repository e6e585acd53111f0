"""Event definitions, and what they refer to at the root of a file: messages, errors, escalations and signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector_sdk.bpmn.model import EventDefinition, Message, Reference
from connector_sdk.bpmn.tree import BpmnError, Node

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"

_CODES = {"error": "errorCode", "escalation": "escalationCode", "signal": "name"}
_TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_DEFINITION = "EventDefinition"


@dataclass(frozen=True, slots=True)
class Roots:
    """What elements may refer to, by id."""

    messages: Mapping[str, Message]
    references: Mapping[tuple[str, str], Reference]
    """By (error, escalation or signal; id)."""


def read_roots(definitions: Node) -> Roots:
    """The messages, errors, escalations and signals of a file."""
    messages: dict[str, Message] = {}
    references: dict[tuple[str, str], Reference] = {}
    for node in definitions.children:
        if node.namespace != BPMN:
            continue
        identity = node.attributes.get("id", "")
        if node.tag == "message":
            messages[identity] = Message(identity, node.attributes.get("name"), _correlation_key(node))
        elif node.tag in _CODES:
            code = node.attributes.get(_CODES[node.tag])
            references[node.tag, identity] = Reference(identity, node.attributes.get("name"), code)
    return Roots(messages, references)


def _correlation_key(message: Node) -> str | None:
    for extensions in message.named(BPMN, "extensionElements"):
        for subscription in extensions.named(ZEEBE, "subscription"):
            return subscription.attributes.get("correlationKey")
    return None


def message_of(node: Node, roots: Roots) -> Message | None:
    """What `messageRef` names. Raises BpmnError if there is no such message."""
    written = node.attributes.get("messageRef")
    if written is None:
        return None
    message = roots.messages.get(local_name(written))
    if message is None:
        raise BpmnError(f"messageRef {written!r} names no message of this file", node.line)
    return message


def read_events(node: Node, roots: Roots) -> tuple[EventDefinition, ...]:
    """The event definitions of a flow node, in file order."""
    return tuple(
        _read_event(child, child.tag.removesuffix(_DEFINITION), roots)
        for child in node.children
        if child.namespace == BPMN and child.tag.endswith(_DEFINITION)
    )


def _read_event(node: Node, kind: str, roots: Roots) -> EventDefinition:
    timer = next((child for child in node.children if child.tag in _TIMERS and child.namespace == BPMN), None)
    return EventDefinition(
        kind=kind,
        id=node.attributes.get("id"),
        message=message_of(node, roots) if kind == "message" else None,
        reference=_reference_of(node, kind, roots),
        link_name=node.attributes.get("name") if kind == "link" else None,
        timer_kind=None if timer is None else _TIMERS[timer.tag],
        timer=None if timer is None else timer.text.strip(),
    )


def _reference_of(node: Node, kind: str, roots: Roots) -> Reference | None:
    written = node.attributes.get(f"{kind}Ref")
    if kind not in _CODES or written is None:
        return None
    reference = roots.references.get((kind, local_name(written)))
    if reference is None:
        raise BpmnError(f"{kind}Ref {written!r} names no {kind} of this file", node.line)
    return reference


def local_name(qualified: str) -> str:
    """An id out of a QName: the part behind the prefix."""
    return qualified.rpartition(":")[2].strip()
