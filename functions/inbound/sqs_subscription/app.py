"""The function behind the event source mappings of the queues that SQS templates name.

A message is deleted when it is on disk, or when the model wants it dropped. What no element can use stays in the queue,
as in Camunda's runtime, until the queue's redrive policy moves it to a dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector_sdk.inbound.message import InboundMessage, Item, Settled, json_or_text
from connector_sdk.inbound.subscription import subscription_connector
from connector_sdk.template import EVENTS, ElementTemplate
from functions.inbound.sqs_subscription.model import GROUPS, PROPERTIES, Queue, source_of_arn

FIFO_GROUP = "MessageGroupId"


def items(event: Mapping[str, Any]) -> Iterator[Item]:
    """The records of a mapping's event."""
    for record in event.get("Records", ()):
        source = source_of_arn(record["eventSourceARN"])
        group = (record.get("attributes") or {}).get(FIFO_GROUP)
        yield Item(source, record, record["messageId"], f"{source}/{group}" if group else None)


@subscription_connector(
    type="io.camunda:aws-sqs-inbound:1",
    name="Amazon SQS Subscription",
    properties=Queue.read,
    source=lambda queue: queue.source,
    items=items,
    left=frozenset({Settled.REFUSED, Settled.AGAIN}),
    feel=frozenset({"queue.attributeNames", "queue.messageAttributeNames", "configuration.region"}),
    template=ElementTemplate(
        "io.serverless-connectors.sqs-subscription.v1",
        version=1,
        elements=EVENTS,
        groups=GROUPS,
        properties=PROPERTIES,
        keywords=("AWS", "SQS", "queue", "receive message"),
        result_expression="{message: body}",
    ),
)
def handler(record: Mapping[str, Any], properties: Queue) -> InboundMessage:
    """Take a queue's messages."""
    attributes = record.get("messageAttributes") or {}
    payload = {
        "messageId": record["messageId"],
        "receiptHandle": record.get("receiptHandle"),
        "mD5OfBody": record.get("md5OfBody"),
        "body": json_or_text(record.get("body") or ""),
        "attributes": wanted(record.get("attributes") or {}, properties.attributes),
        "mD5OfMessageAttributes": record.get("md5OfMessageAttributes"),
        "messageAttributes": wanted(attributes, properties.message_attributes),
    }
    return InboundMessage(payload, record["messageId"])


def wanted(attributes: Mapping[str, Any], names: frozenset[str] | None) -> dict[str, Any]:
    """The attributes that the model asks for; None: all."""
    return {name: value for name, value in attributes.items() if names is None or name in names}
