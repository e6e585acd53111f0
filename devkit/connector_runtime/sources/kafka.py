"""A topic of Kafka, read by a consumer of this process instead of an event source mapping."""

from __future__ import annotations

import base64
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.message import Item, Settled
from connector_sdk.kafka_servers import servers_of
from connector_sdk.settings import Settings
from connector_sdk.wire.dial import checked_addresses
from devkit.connector_runtime.sources.reader import Reading
from functions.inbound.kafka_subscription.model import Topic
from functions.outbound.kafka.producer import HOPELESS
from functions.outbound.kafka.properties import additional, login

BATCH = 50
LOOK_SECONDS = 0.5
LATEST = 20
"""Complaints of librdkafka that are kept: one of them says what led to the others."""
LET_NOBODY_IN = HOPELESS - {KafkaError._ALL_BROKERS_DOWN}
"""What ends a consumer that has read already."""
CONSUMER = frozenset(
    {
        "check.crcs",
        "client.rack",
        "fetch.max.bytes",
        "fetch.min.bytes",
        "group.instance.id",
        "heartbeat.interval.ms",
        "isolation.level",
        "max.partition.fetch.bytes",
        "max.poll.interval.ms",
        "session.timeout.ms",
    }
)
"""Properties that Java's consumer and librdkafka's call the same."""


def read(reading: Reading) -> None:
    """Take records until it is stopped, and commit what is settled.

    Raises ConnectorInputError, DeniedAddress, and OSError and KafkaException when the brokers are away.
    """
    topic: Topic = reading.subscription.configuration
    _check(topic, reading.settings)
    complaints: deque[KafkaError] = deque(maxlen=LATEST)
    configuration = _configuration(topic, reading.subscription.group or "")
    try:
        consumer = Consumer({**configuration, "error_cb": complaints.append})
    except KafkaException as error:
        raise ConnectorInputError(f"additionalProperties: {_sentence([error.args[0]])}") from None
    try:
        begun = threading.Event()
        consumer.subscribe(
            [topic.name], on_assign=lambda _, assigned: _begin(consumer, topic, assigned, reading, begun)
        )
        while not reading.stopped.is_set():
            records = [_whole(one) for one in consumer.consume(BATCH, LOOK_SECONDS)]
            # A member of a group comes back by itself; a new one would wait until the group has given the old one up.
            if any(one.code() in (LET_NOBODY_IN if begun.is_set() else HOPELESS) for one in complaints):
                raise ConnectionError(_sentence(complaints))
            if records:
                _settled(consumer, reading.settle(_event(topic, records)), reading)
    finally:
        consumer.close()


def _sentence(complaints: Sequence[KafkaError]) -> str:
    """What led to it, rather than that nobody is there."""
    first = next((one for one in complaints if one.code() != KafkaError._ALL_BROKERS_DOWN), complaints[0])
    return first.str() or first.name()


def _check(topic: Topic, settings: Settings) -> None:
    """The addresses that the model names; what the cluster says of its other brokers is librdkafka's business."""
    for host, port in servers_of(topic.servers):
        checked_addresses(host, port, settings.allow_addresses)


def _configuration(topic: Topic, group: str) -> dict[str, Any]:
    """As Camunda's runtime sets them, in librdkafka's words; additional properties go before the login."""
    return {
        **(login(*topic.credentials) if topic.credentials else {}),
        **additional(topic.additional, CONSUMER),
        "bootstrap.servers": topic.servers,
        "group.id": group,
        "auto.offset.reset": {"none": "error"}.get(topic.reset, topic.reset),
        "enable.auto.commit": False,
        # Failures come to us as values; librdkafka would write them to stderr as well.
        "log_level": 0,
    }


def _begin(consumer: Any, topic: Topic, assigned: Sequence[Any], reading: Reading, begun: threading.Event) -> None:
    """A group that has committed nothing yet begins where the model says."""
    begun.set()
    reading.connected()
    if topic.offsets:
        for one, known in zip(assigned, consumer.committed(assigned), strict=True):
            if known.offset < 0 and one.partition < len(topic.offsets):
                one.offset = topic.offsets[one.partition]
        consumer.assign(assigned)


def _whole(message: Any) -> Any:
    """Raises ConnectionError for what is no record."""
    if message.error():
        raise ConnectionError(_sentence([message.error()]))
    return message


def _event(topic: Topic, messages: Sequence[Any]) -> dict[str, Any]:
    """As an event source mapping hands it over."""
    records: dict[str, list[dict[str, Any]]] = {}
    for one in messages:
        records.setdefault(f"{one.topic()}-{one.partition()}", []).append(
            {
                "topic": one.topic(),
                "partition": one.partition(),
                "offset": one.offset(),
                "timestamp": one.timestamp()[1],
                "key": _encoded(one.key()),
                "value": _encoded(one.value()),
                "headers": [{name: None if value is None else list(value)} for name, value in one.headers() or ()],
            }
        )
    return {"bootstrapServers": topic.servers, "records": records}


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _settled(consumer: Any, settled: Sequence[tuple[Item, Settled]], reading: Reading) -> None:
    """Commit up to the first record that has to come again, and read from there, a moment later."""
    again = [item for item, outcome in settled if outcome is Settled.AGAIN]
    places = {(place.topic, place.partition): place for place in _after(settled)}
    if places:
        consumer.commit(offsets=list(places.values()), asynchronous=False)
    for item in reversed(again):
        consumer.seek(TopicPartition(item.record["topic"], item.record["partition"], item.record["offset"]))
    if again:
        reading.stopped.wait(LOOK_SECONDS)


def _after(settled: Sequence[tuple[Item, Settled]]) -> Iterator[Any]:
    """The places behind the records that are settled, the last one of each partition last."""
    for item, outcome in settled:
        if outcome is not Settled.AGAIN:
            record = item.record
            yield TopicPartition(record["topic"], record["partition"], record["offset"] + 1)
