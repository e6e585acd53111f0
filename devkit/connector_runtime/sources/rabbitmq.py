"""A queue of RabbitMQ, read by a consumer of this process: the only way for brokers that are not Amazon's."""

from __future__ import annotations

import base64
from typing import Any

from connector_sdk.inbound.message import Settled
from devkit.connector_runtime.sources.reader import Reading
from functions.inbound.rabbitmq_subscription.model import Queue
from functions.outbound.rabbitmq.broker import connected
from functions.outbound.rabbitmq.message import PROPERTIES

PREFETCH = 10
"""Messages that the broker hands over before it has heard of the first one."""
LOOK_SECONDS = 0.5


def read(reading: Reading) -> None:
    """Take messages until it is stopped. Raises ConnectorError when the broker goes away."""
    queue: Queue = reading.subscription.configuration
    with connected(queue.broker, reading.settings.allow_addresses, f"the consumer of {queue.name}") as channel:
        channel.basic_qos(prefetch_count=PREFETCH)
        channel.basic_consume(
            queue.name,
            lambda _, method, properties, body: _settle(channel, method, _message(method, properties, body), reading),
            exclusive=queue.exclusive,
            consumer_tag=queue.consumer_tag or None,
            arguments=dict(queue.arguments),
        )
        reading.connected()
        while not reading.stopped.is_set():
            channel.connection.process_data_events(LOOK_SECONDS)
            if not channel.consumer_tags:
                raise ConnectionError(f"{queue.broker} has ended the consumer of {queue.name}: was the queue deleted?")


def _settle(channel: Any, method: Any, message: dict[str, Any], reading: Reading) -> None:
    queue: Queue = reading.subscription.configuration
    broker = queue.broker
    named = f"{queue.name}::{broker.virtual_host}"
    event = {"eventSourceArn": f"{broker.host}:{broker.port}", "rmqMessagesByQueue": {named: [message]}}
    [(_, settled)] = reading.settle(event)
    if settled is Settled.DONE:
        channel.basic_ack(method.delivery_tag)
    else:
        # Refused: to the queue's dead-letter exchange, if it has one; otherwise it comes again, perhaps to another.
        channel.basic_reject(method.delivery_tag, requeue=settled is Settled.AGAIN)
        if settled is Settled.AGAIN:
            reading.stopped.wait(LOOK_SECONDS)


def _message(method: Any, properties: Any, body: bytes) -> dict[str, Any]:
    """As an event source mapping hands it over."""
    given = {name: _plain(getattr(properties, ours)) for name, (ours, _) in PROPERTIES.items()}
    if given["timestamp"] is not None:
        given["timestamp"] = properties.timestamp * 1000
    return {
        "basicProperties": given,
        "redelivered": method.redelivered,
        "data": base64.b64encode(body).decode(),
        "consumerTag": method.consumer_tag,
        "deliveryTag": method.delivery_tag,
    }


def _plain(value: Any) -> Any:
    """What JSON can hold."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str | int | float | bool | None) else str(value)
