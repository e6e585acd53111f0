"""Kafka's producer for one record: made for the job, gone before the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from connector_sdk.clock import Clock
from connector_sdk.errors import ConnectorError, ConnectorInputError
from connector_sdk.kafka_servers import servers_of
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import checked_addresses
from functions.outbound.kafka.properties import DELIVERY_MILLISECONDS

METADATA_SECONDS = 15.0
"""Until some server has said which brokers there are."""
DELIVERY_SECONDS = DELIVERY_MILLISECONDS / 1000 + 2
POLL_SECONDS = 0.1
LOOK_SECONDS = 1.0
HOPELESS = frozenset({KafkaError._AUTHENTICATION, KafkaError._SSL, KafkaError._ALL_BROKERS_DOWN})
"""Waiting cannot help: nobody let us in, or nobody is there."""
EXCEPTION = "Kafka Producer execution exception"
"""Camunda's word for all that goes wrong."""


@dataclass
class Delivery:
    """What librdkafka says while it works: its complaints, and at last the record or why it was not taken."""

    complaints: list[KafkaError] = field(default_factory=list)
    message: Any = None
    error: KafkaError | None = None

    def complain(self, error: KafkaError) -> None:
        self.complaints.append(error)

    def done(self, error: KafkaError | None, message: Any) -> None:
        self.error, self.message = error, message

    @property
    def hopeless(self) -> bool:
        return any(one.code() in HOPELESS for one in self.complaints)

    def failure(self, error: KafkaError, *, sent: bool = True) -> ConnectorError:
        """What led to it, rather than that time is over. `sent`: whether a broker may have the record."""
        first = next((one for one in self.complaints if one.code() != KafkaError._ALL_BROKERS_DOWN), error)
        refused = not sent and first.code() == KafkaError._AUTHENTICATION
        return ConnectorError("FAIL", f"{EXCEPTION}: {first.str() or first.name()}", credentials_refused=refused)


def check_servers(servers: str, allowed: Iterable[Network]) -> None:
    """Each server of a list. Raises DeniedAddress, ConnectorInputError, ConnectorError."""
    ranges = tuple(allowed)
    for host, port in servers_of(servers):
        _check(host, port, ranges)


def _check(host: str, port: int, ranges: tuple[Network, ...]) -> None:
    try:
        checked_addresses(host, port, ranges)
    except (OSError, UnicodeError) as error:
        raise ConnectorError("FAIL", f"{EXCEPTION}: {host}:{port}: {error}") from error


def produce(
    configuration: dict[str, Any], topic: str, record: dict[str, Any], allowed: Iterable[Network], clock: Clock
) -> Any:
    """Send one record and wait until the brokers have it. Raises ConnectorError, DeniedAddress.

    Before the record goes out the brokers that the cluster names are checked, as the servers of the task were.
    """
    delivery = Delivery()
    try:
        producer = Producer({**configuration, "error_cb": delivery.complain})
    except KafkaException as error:
        raise ConnectorInputError(f"additionalProperties: {error.args[0].str()}") from None
    for broker in _brokers(producer, topic, delivery, clock):
        _check(broker.host, broker.port, tuple(allowed))
    try:
        producer.produce(topic, on_delivery=delivery.done, **record)
        _wait(producer, delivery, clock)
    except KafkaException as error:
        raise delivery.failure(error.args[0]) from error
    if delivery.error is not None:
        raise delivery.failure(delivery.error)
    return delivery.message


def _brokers(producer: Producer, topic: str, delivery: Delivery, clock: Clock) -> list[Any]:
    end = clock.monotonic() + METADATA_SECONDS
    while True:
        try:
            return list(producer.list_topics(topic, timeout=LOOK_SECONDS).brokers.values())
        except KafkaException as error:
            producer.poll(0)
            if delivery.hopeless or clock.monotonic() > end:
                raise delivery.failure(error.args[0], sent=False) from error


def _wait(producer: Producer, delivery: Delivery, clock: Clock) -> None:
    """Until the record is delivered or given up. What has not left us yet is taken back as soon as there is no hope."""
    end = clock.monotonic() + DELIVERY_SECONDS
    while delivery.message is None:
        producer.poll(POLL_SECONDS)
        if delivery.hopeless:
            producer.purge(in_queue=True, in_flight=False)
        if clock.monotonic() > end:
            raise KafkaException(KafkaError(KafkaError._MSG_TIMED_OUT))
