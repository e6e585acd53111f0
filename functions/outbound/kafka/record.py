"""Key, value and headers of a record as bytes, with a schema if the task has one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connector_sdk.documents.json_text import json_text, message_text
from connector_sdk.errors import ConnectorError
from connector_sdk.kafka_schemas import Avro, framed, schema_of
from connector_sdk.outbound import JobContext
from functions.outbound.kafka.model import InlineSchema, KafkaRequest, RegistrySchema, SchemaType

FAILED = "FAIL"
"""`error.code` of every failure that is not the model's fault, as in Camunda's runtime."""


def key(request: KafkaRequest) -> bytes | None:
    """None without a key: Kafka then spreads records over the partitions."""
    given = request.message.key
    return None if given is None else message_text(given).encode()


def headers(request: KafkaRequest) -> list[tuple[str, bytes | None]]:
    """Texts, in UTF-8."""
    return [(name, None if value is None else value.encode()) for name, value in (request.headers or {}).items()]


def value(request: KafkaRequest, context: JobContext) -> bytes:
    """Raises ConnectorInputError for a schema that is none, ConnectorError for a value that does not fit it."""
    given = request.message.value
    match request.schema_strategy:
        case InlineSchema(schema_=schema):
            return _avro(schema, given)
        case RegistrySchema() as strategy:
            return _registered(strategy, _object(given), request, context)
        case _:
            return message_text(given).encode() if request.avro is None else _avro(request.avro.schema_, given)


def _registered(
    strategy: RegistrySchema, given: Mapping[str, Any], request: KafkaRequest, context: JobContext
) -> bytes:
    from functions.outbound.kafka.registry import schema_id  # few tasks have one, and it costs every start

    schema = schema_of(strategy.schema_)
    is_avro = strategy.schema_type is SchemaType.AVRO
    content = _avro(schema, given) if is_avro else json_text(given).encode()
    return framed(schema_id(strategy, json_text(schema), request, context), content)


def _avro(schema: Any, given: Any) -> bytes:
    avro = Avro(schema)
    try:
        return avro.encoded(_parsed(given) if isinstance(given, str) else given)
    except ValueError as error:
        raise ConnectorError(FAILED, f"message.value does not fit the Avro schema: {error}") from error


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _object(given: Any) -> Mapping[str, Any]:
    found = _parsed(given) if isinstance(given, str) else given
    if not isinstance(found, Mapping):
        raise ConnectorError(FAILED, "Message value must be a map for a schema based message")
    return found
