"""A task's message as AMQP has it: bytes, and properties by their AMQP names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pika

from connector_sdk.documents.json_text import json_text, message_text
from connector_sdk.errors import ConnectorInputError


def body(value: Any) -> bytes:
    """A text as it is, everything else as JSON; a text that is a JSON object or list loses its blanks, as upstream."""
    return (_compact(value) if isinstance(value, str) else json_text(value)).encode()


def _compact(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return json_text(value) if isinstance(value, dict | list) else text


def properties(given: Mapping[str, Any] | None) -> pika.BasicProperties:
    """Raises ConnectorInputError for a property that AMQP 0-9-1 does not have, or has otherwise."""
    values: dict[str, Any] = {}
    for name, value in (given or {}).items():
        if name not in PROPERTIES:
            raise ConnectorInputError(f"Unsupported field [{name}] for properties")
        theirs, converted = PROPERTIES[name]
        try:
            values[theirs] = None if value is None else converted(value)
        except (TypeError, ValueError, OverflowError):
            raise ConnectorInputError(f"message.properties.{name} has a value that AMQP 0-9-1 cannot hold") from None
    return pika.BasicProperties(**values)


def _number(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    return int(value)


def _seconds(timestamp: Any) -> int:
    """AMQP counts seconds; a process has milliseconds or an ISO date, as Java's `Date` is read from JSON."""
    if isinstance(timestamp, str):
        return int(datetime.fromisoformat(timestamp).timestamp())
    return _number(timestamp) // 1000


def _headers(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError
    return _field(value)


def _field(value: Any) -> Any:
    """A header's value for pika, which knows no floating point: such a number goes as AMQP's decimal."""
    match value:
        case Mapping():
            return {name: _field(member) for name, member in value.items()}
        case list():
            return [_field(member) for member in value]
        case float():
            return int(value) if value.is_integer() else Decimal(str(value))
        case _:
            return value


# What RabbitMQ's Java client calls a property → its name here, and how its value is read.
PROPERTIES: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "contentType": ("content_type", message_text),
    "contentEncoding": ("content_encoding", message_text),
    "headers": ("headers", _headers),
    "deliveryMode": ("delivery_mode", _number),
    "priority": ("priority", _number),
    "correlationId": ("correlation_id", message_text),
    "replyTo": ("reply_to", message_text),
    "expiration": ("expiration", message_text),
    "messageId": ("message_id", message_text),
    "timestamp": ("timestamp", _seconds),
    "type": ("type", message_text),
    "userId": ("user_id", message_text),
    "appId": ("app_id", message_text),
    "clusterId": ("cluster_id", message_text),
}
