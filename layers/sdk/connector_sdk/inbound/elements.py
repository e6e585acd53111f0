"""The elements of a deployed process that wait for webhooks, and what the engine has to be told for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from connector_sdk.engine_client import DeployedProcess
from connector_sdk.errors import SdkError
from connector_sdk.inbound.properties import first_of_each
from connector_sdk.java_duration import milliseconds

if TYPE_CHECKING:  # a webhook's start does not wait for it
    from connector_sdk.bpmn import Definitions, Element, Message, Process

DEFAULT_TTL_MS = 3_600_000
"""How long the engine buffers a message if the model does not say (Camunda's runtime: PT1H)."""

KINDS = frozenset({"startEvent", "intermediateCatchEvent", "receiveTask", "boundaryEvent"})
Effect = Literal["create", "publish"]


class UnusableProcess(SdkError):
    """A process version with an inbound element that cannot work; none of its elements is registered."""


@dataclass(frozen=True, slots=True)
class InboundElement:
    """One element that wants webhooks: plain data, so that a recorded delivery can carry it.

    A start event without a message creates an instance of exactly this version, everything else publishes a message.
    """

    element_id: str
    element_kind: str
    element_name: str | None
    process_definition_id: str
    process_definition_key: str
    version: int
    tenant_id: str
    effect: Effect
    message_name: str | None = None
    ttl_ms: int = DEFAULT_TTL_MS
    properties: Mapping[str, str] = field(default_factory=dict)
    """By name, as they are in the file: placeholders for secrets, not the secrets."""
    template: str | None = None
    template_version: str | None = None
    waits: bool = False
    """An instance can wait there: it is no start event, or one of an event sub-process."""
    attached_to: str | None = None
    """The activity that a boundary event is attached to: while it is active, the event waits."""

    @property
    def type(self) -> str:
        return self.properties["inbound.type"]

    def to_json(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> InboundElement:
        """What a newer version of the kit may have written besides is left out."""
        return cls(**{one.name: content[one.name] for one in fields(cls) if one.name in content})


def elements_of(definitions: Definitions, deployed: DeployedProcess) -> list[InboundElement]:
    """The inbound elements of the deployed process; other processes of the same file are left alone.

    A catch event without a correlation key cannot be addressed and is left out, as in Camunda's runtime. Raises
    UnusableProcess for a `messageTtl` that is no duration and for a message event without a message.
    """
    process = next((one for one in definitions.processes if one.id == deployed.process_definition_id), None)
    return [] if process is None else _elements(process, deployed)


def _elements(process: Process, deployed: DeployedProcess) -> list[InboundElement]:
    found = []
    by_event = {element.id for element in process.elements.values() if element.triggered_by_event}
    for element in process.elements.values():
        properties = first_of_each(element.properties)
        if element.kind not in KINDS or not properties.get("inbound.type"):
            continue
        starts = element.kind == "startEvent"
        message = _message(element, deployed)
        if not starts and (message is None or "correlationKeyExpression" not in properties):
            continue
        found.append(
            InboundElement(
                element_id=element.id,
                element_kind=element.kind,
                element_name=element.name,
                process_definition_id=deployed.process_definition_id,
                process_definition_key=deployed.key,
                version=deployed.version,
                tenant_id=deployed.tenant_id,
                effect="publish" if message else "create",
                message_name=message.name if message else None,
                ttl_ms=_ttl(properties, element, deployed),
                properties=properties,
                template=element.modeler_template,
                template_version=element.modeler_template_version,
                waits=not starts or element.parent in by_event,
                attached_to=element.attached_to,
            )
        )
    return found


def _message(element: Element, deployed: DeployedProcess) -> Message | None:
    """The message of a receive task or of a message event; None for events of other kinds."""
    if element.kind == "receiveTask":
        return element.message
    if element.event is None or element.event.kind != "message":
        return None
    if element.event.message is None:
        raise UnusableProcess(f"{_where(element, deployed)} is a message event without a message: choose one")
    return element.event.message


def _ttl(properties: Mapping[str, str], element: Element, deployed: DeployedProcess) -> int:
    text = properties.get("messageTtl")
    try:
        return DEFAULT_TTL_MS if text is None else milliseconds(text)
    except ValueError as error:
        raise UnusableProcess(f"{_where(element, deployed)}: messageTtl: {error}") from None


def _where(element: Element, deployed: DeployedProcess) -> str:
    return f"{element.id} in {deployed.process_definition_id} version {deployed.version}"
