"""The function behind the event source mappings of Amazon MQ, for the queues that RabbitMQ templates name.

AWS reads queues of Amazon MQ only, and knows no partial answers for them: a batch of which one message could not be
recorded comes again as a whole. Messages that carry a `messageId` are published once all the same.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from connector_sdk.inbound.message import InboundMessage, Item, json_or_text
from connector_sdk.inbound.subscription import subscription_connector
from connector_sdk.template import EVENTS, ElementTemplate
from functions.inbound.rabbitmq_subscription.model import GROUPS, PROPERTIES, Queue, source_of_arn


def items(event: Mapping[str, Any]) -> Iterator[Item]:
    """The messages of a mapping's event; `deliveryTag` and `consumerTag` are there only from a consumer of ours."""
    for name, messages in event.get("rmqMessagesByQueue", {}).items():
        queue, _, virtual_host = name.partition("::")
        source = source_of_arn(event["eventSourceArn"], virtual_host or "/", queue)
        for message in messages:
            yield Item(source, message, message.get("deliveryTag"))


@subscription_connector(
    type="io.camunda:connector-rabbitmq-inbound:1",
    name="RabbitMQ Subscription",
    properties=Queue.read,
    source=lambda queue: queue.source,
    items=items,
    partial=False,
    feel=frozenset({"arguments"}),
    template=ElementTemplate(
        "io.serverless-connectors.rabbitmq-subscription.v1",
        version=1,
        elements=EVENTS,
        groups=GROUPS,
        properties=PROPERTIES,
        keywords=("AMQP", "queue", "receive message"),
        result_expression="{message: message.body}",
    ),
)
def handler(record: Mapping[str, Any], properties: Queue) -> InboundMessage:
    """Take a queue's messages."""
    given = record.get("basicProperties") or {}
    described = {name: _text(value) for name, value in given.items() if value is not None and name != "bodySize"}
    body = base64.b64decode(record.get("data") or "").decode(errors="replace")
    message = {"consumerTag": record.get("consumerTag"), "body": json_or_text(body), "properties": described}
    return InboundMessage({"message": message}, described.get("messageId"))


def _text(value: Any) -> Any:
    """Long strings of headers come as their bytes."""
    if isinstance(value, Mapping):
        if list(value) == ["bytes"] and isinstance(value["bytes"], list):
            return bytes(one & 0xFF for one in value["bytes"]).decode(errors="replace")
        return {name: _text(one) for name, one in value.items()}
    return [_text(one) for one in value] if isinstance(value, list) else value
