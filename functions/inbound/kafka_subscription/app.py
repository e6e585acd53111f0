"""The function behind the event source mappings of the topics that Kafka templates name.

A partition never stands still for a record that no element can use, and the next one is read. If an element wants it
it is kept among the deliveries, as refused; what nobody wants, or nobody can read, only the log names, by its offset.
Camunda's runtime stops there instead, and reads the record again and again.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connector_sdk.inbound.message import InboundMessage, Item, json_or_text
from connector_sdk.inbound.subscription import subscription_connector
from connector_sdk.template import EVENTS, ElementTemplate
from functions.inbound.kafka_subscription.model import GROUPS, PROPERTIES, Topic, source_of
from functions.inbound.kafka_subscription.values import SCHEMAS


def items(event: Mapping[str, Any]) -> Iterator[Item]:
    """The records of a mapping's event, each partition in its order."""
    servers = event.get("bootstrapServers") or ""
    for partition, records in event.get("records", {}).items():
        for record in records:
            identifier = {"partition": partition, "offset": record["offset"]}
            yield Item(source_of(servers, record["topic"]), record, identifier, partition)


@subscription_connector(
    type="io.camunda:connector-kafka-inbound:1",
    name="Kafka Subscription",
    properties=Topic.read,
    source=lambda topic: topic.source,
    group=lambda topic, own: topic.group or f"kafka-inbound-connector-{own}",
    items=items,
    feel=frozenset({"additionalProperties", "offsets", *SCHEMAS}),
    template=ElementTemplate(
        "io.serverless-connectors.kafka-subscription.v1",
        version=1,
        elements=tuple(one for one in EVENTS if one != "start event"),
        groups=GROUPS,
        properties=PROPERTIES,
        keywords=("topic", "consume", "receive message", "Avro"),
        result_expression="{message: value}",
    ),
)
def handler(record: Mapping[str, Any], properties: Topic) -> InboundMessage:
    """Take a topic's records."""
    value = _bytes(record.get("value"))
    raw, read = (None, None) if value is None else properties.values.read(value)
    payload = {
        "key": _key(record.get("key"), as_json=properties.values.has_json_keys),
        "rawValue": raw,
        "value": read,
        "headers": _headers(record.get("headers") or ()) or None,
    }
    return InboundMessage(payload, f"{record['topic']}-{record['partition']}-{record['offset']}")


def _key(content: str | None, *, as_json: bool) -> Any:
    key = _bytes(content)
    if key is None:
        return None
    text = key.decode(errors="replace")
    return json_or_text(text) if as_json else text


def _headers(given: Iterable[Mapping[str, Sequence[int] | None]]) -> dict[str, str | None]:
    """Texts; the bytes of a header come as Java's, from -128 to 127."""
    return {
        name: None if value is None else bytes(one & 0xFF for one in value).decode(errors="replace")
        for each in given
        for name, value in each.items()
    }


def _bytes(content: str | None) -> bytes | None:
    return None if content is None else base64.b64decode(content)
