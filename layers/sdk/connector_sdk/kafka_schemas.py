"""Schemas of Kafka's values: Avro, and the frame that schema registries want around a value.

For both Kafka functions, which ship fastavro themselves. It is imported only for models that have Avro.
"""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Mapping
from importlib import import_module
from math import isfinite
from typing import Any

from connector_sdk.errors import ConnectorInputError

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
LOGINS = ("basic.auth.user.info", "schema.registry.basic.auth.user.info")
"""Additional properties with `user:password` for the registry, as Confluent's serializers have them."""
MAGIC = b"\0"
ID_BYTES = 4
_LOGICAL = "logicalType"
_NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def schema_of(given: Any) -> Any:
    """A schema's context, or its text; the templates before 8.6 wrote quotes with backslashes.

    Raises ConnectorInputError.
    """
    if not isinstance(given, str):
        return given
    for text in (given, given.replace('\\"', '"')):
        try:
            return json.loads(text)
        except ValueError:
            continue
    raise ConnectorInputError("schemaStrategy.schema is no JSON")


class Avro:
    """Values in Avro's binary encoding. Logical types are what they are stored as, as in Camunda's runtime."""

    def __init__(self, schema: Any) -> None:
        """`schema` as `schema_of` takes it. Raises ConnectorInputError."""
        self._library: Any = import_module("fastavro")
        errors = self._library.schema
        try:
            self._schema = self._library.parse_schema(_without_logical_types(schema_of(schema)))
        except (errors.SchemaParseException, errors.UnknownType, KeyError, TypeError, ValueError) as error:
            raise ConnectorInputError(f"schemaStrategy.schema is no Avro schema: {error}") from None

    def encoded(self, value: Any) -> bytes:
        """Raises ValueError for what does not fit the schema."""
        written = io.BytesIO()
        try:
            self._library.schemaless_writer(written, self._schema, value)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise ValueError(str(error)) from error
        return written.getvalue()

    def decoded(self, content: bytes) -> Any:
        """As JSON: bytes in base64, and names for what is no finite number. Raises ValueError for another content."""
        try:
            return _as_json(self._library.schemaless_reader(io.BytesIO(content), self._schema, None))
        except (ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ValueError(str(error) or type(error).__name__) from error


def framed(schema_id: int, content: bytes) -> bytes:
    """Confluent's wire format: a zero, the schema's id, the value."""
    return MAGIC + schema_id.to_bytes(ID_BYTES, "big") + content


def unframed(content: bytes) -> tuple[int, bytes]:
    """Id and value. Raises ValueError."""
    begin = len(MAGIC) + ID_BYTES
    if len(content) < begin or not content.startswith(MAGIC):
        raise ValueError("the value does not begin with the id of a schema")
    return int.from_bytes(content[len(MAGIC) : begin], "big"), content[begin:]


def registry_login(properties: Mapping[str, Any]) -> tuple[str, str] | None:
    """User and password for the schema registry, if the additional properties have them."""
    login = next((str(properties[name]) for name in LOGINS if name in properties), None)
    if login is None:
        return None
    user, _, password = login.partition(":")
    return user, password


def _without_logical_types(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {name: _without_logical_types(one) for name, one in schema.items() if name != _LOGICAL}
    return [_without_logical_types(one) for one in schema] if isinstance(schema, list) else schema


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return _NOT_FINITE[str(value)] if isinstance(value, float) and not isfinite(value) else value
