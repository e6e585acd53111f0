"""The templates of an inbound kind: its type, its properties, and what every event that waits has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from connector_sdk.inbound.polling import PollingConnector
from connector_sdk.inbound.webhook import WebhookConnector
from connector_sdk.template import Element, ElementTemplate, Pattern, Property
from devkit.generate.element_template.frame import framed
from devkit.generate.element_template.output import output
from devkit.generate.element_template.properties import Shown, written
from devkit.generate.element_template.words import choice_label, first_sentence, words

PATH = Property(
    label="Webhook ID",
    group="endpoint",
    description="The last part of the webhook's address",
    required=True,
    pattern=Pattern(
        "^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$", "Only letters and digits, and single dashes or underscores between them"
    ),
)
DEDUPLICATION_ID = Pattern("^[a-zA-Z0-9_-]+$", "Only letters, digits, dashes and underscores")
TTL = Pattern("^(=.*|P.*)$", "Must be an ISO 8601 duration, such as PT1H")


class InboundConnector(Protocol):
    """What a template needs to know of an inbound kind; its function's docstring is the description."""

    @property
    def type(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def template(self) -> ElementTemplate | None: ...
    @property
    def function(self) -> Any: ...


def inbound_templates(connector: InboundConnector, folder: Path) -> list[dict[str, Any]]:
    """One for each element that the kind says; none if it says nothing."""
    said = connector.template
    if said is None:
        return []
    return [
        framed(said, element, connector.name, first_sentence(connector.function.__doc__), folder, properties)
        for element in said.elements
        for properties in [list(_properties(connector, said, element))]
    ]


def _properties(connector: InboundConnector, said: ElementTemplate, element: Element) -> Iterator[dict[str, Any]]:
    binding = {"type": "zeebe:property", "name": "inbound.type"}
    yield {"type": "Hidden", "value": connector.type, "binding": binding}
    own = {"inbound.context": PATH} if isinstance(connector, WebhookConnector) else {}
    for name, one in {**own, **said.properties}.items():
        yield written(_shown(name, one), "zeebe:property")
    yield from _activation(connector)
    yield from _correlation(element)
    if not isinstance(connector, PollingConnector):
        yield from _deduplication()
    yield from output(said, "zeebe:property")


def _shown(name: str, said: Property) -> Shown:
    choices = {value: label or choice_label(value) for value, label in (said.choices or {}).items()}
    return Shown(
        id=name,
        name=name,
        label=said.label or words(name.rpartition(".")[2]),
        kind=said.kind or ("Dropdown" if choices else "String"),
        feel=said.feel or "none",
        group=said.group,
        description=said.description,
        placeholder=said.example,
        value=said.default,
        choices=choices,
        conditions=(said.when,) if said.when else (),
        required=bool(said.required),
        secret=said.secret,
        pattern=said.pattern,
    )


def _activation(connector: InboundConnector) -> Iterator[dict[str, Any]]:
    """What counts, and what becomes of the rest; a poll is just repeated."""
    condition = Property(
        group="activation", feel="required", description="Expression that is true for the events that count; empty: all"
    )
    unmatched = Property(
        group="activation",
        kind="Boolean",
        default=True,
        description="Answer events that do not count with success; otherwise their sender sees an error"
        if isinstance(connector, WebhookConnector)
        else "Acknowledge messages that do not count; otherwise they are left as ones that nobody can use",
    )
    yield written(_shown("activationCondition", condition), "zeebe:property")
    if not isinstance(connector, PollingConnector):
        yield written(_shown("consumeUnmatchedEvents", unmatched), "zeebe:property")


def _correlation(element: Element) -> Iterator[dict[str, Any]]:
    """How a message finds what waits for it; a plain start waits for nothing."""
    if element == "start event":
        return
    condition = {}
    if element == "message start event":
        required = Property(
            label="Subprocess correlation required",
            group="correlation",
            description="Only a start event of an event subprocess needs correlation keys",
            choices={"notRequired": "Correlation not required", "required": "Correlation required"},
            default="notRequired",
        )
        yield written(_shown("correlationRequired", required), "zeebe:property")
        condition = {"condition": {"type": "simple", "property": "correlationRequired", "equals": "required"}}
    key: dict[str, Any] = {"type": "String", "group": "correlation", "feel": "required"}
    yield {
        "id": "correlationKeyProcess",
        "label": "Correlation key (process)",
        "description": "Expression over the variables of the process",
        **key,
        "constraints": {"notEmpty": True},
        **condition,
        "binding": {"type": "bpmn:Message#zeebe:subscription#property", "name": "correlationKey"},
    }
    yield {
        "id": "correlationKeyPayload",
        "label": "Correlation key (payload)",
        "description": "Expression over the event: the same value as the process's",
        **key,
        "constraints": {"notEmpty": True},
        **condition,
        "binding": {"type": "zeebe:property", "name": "correlationKeyExpression"},
    }
    yield from _message()


def _message() -> Iterator[dict[str, Any]]:
    message_id = Property(
        label="Message ID expression",
        group="correlation",
        feel="required",
        description="Expression for what tells one event from another; the engine takes each ID once",
    )
    ttl = Property(
        label="Message TTL",
        group="correlation",
        feel="optional",
        pattern=TTL,
        description="How long the message waits for a process, as an ISO 8601 duration",
    )
    yield written(_shown("messageIdExpression", message_id), "zeebe:property")
    yield written(_shown("messageTtl", ttl), "zeebe:property")
    yield {
        "id": "messageName",
        "label": "Message name",
        "description": "One of its own for each element, unless you choose another",
        "type": "String",
        "group": "correlation",
        "feel": "optional",
        "generatedValue": {"type": "uuid"},
        "binding": {"type": "bpmn:Message#property", "name": "name"},
    }


def _deduplication() -> Iterator[dict[str, Any]]:
    """Elements with one deduplication id share one connector; without, those that are configured alike do."""
    manual = Property(
        label="Manual mode",
        group="deduplication",
        kind="Boolean",
        default=False,
        description="Elements that are configured alike share one connector; choose its ID yourself",
    )
    yield written(_shown("deduplicationModeManualFlag", manual), "zeebe:property")
    yield {
        "id": "deduplicationId",
        "label": "Deduplication ID",
        "type": "String",
        "group": "deduplication",
        "constraints": {
            "notEmpty": True,
            "pattern": {"value": DEDUPLICATION_ID.value, "message": DEDUPLICATION_ID.message},
        },
        "condition": {"type": "simple", "property": "deduplicationModeManualFlag", "equals": True},
        "binding": {"type": "zeebe:property", "name": "deduplicationId"},
    }
    for mode, active in (("MANUAL", True), ("AUTO", False)):
        yield {
            "id": f"deduplicationMode{mode.capitalize()}",
            "type": "Hidden",
            "value": mode,
            "group": "deduplication",
            "condition": {"type": "simple", "property": "deduplicationId", "isActive": active},
            "binding": {"type": "zeebe:property", "name": "deduplicationMode"},
        }
