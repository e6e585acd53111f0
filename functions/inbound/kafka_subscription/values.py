"""What expressions see of a record's value, by the schema that the model names."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.limits import MAX_JSON_DEPTH, is_deeper
from connector_sdk.inbound.message import UnreadableMessage, json_or_text, strict_json
from connector_sdk.inbound.properties import Properties
from connector_sdk.kafka_schemas import MEDIA_TYPE, Avro, registry_login, unframed
from connector_sdk.settings import Settings
from connector_sdk.wire.fetch import NotFetched, fetch

NONE, INLINE, REGISTRY = "noSchema", "inlineSchema", "schemaRegistry"
AVRO, JSON = "avro", "json"
SCHEMAS = ("schemaStrategy.schema", "schemaStrategy.avro.schema", "avro.schema")
"""Where the templates have the inline schema, the newest name first; the last one stands alone, without a strategy."""
HTTP_NOT_FOUND = 404
_COMPACT = (",", ":")


class Values(Protocol):
    """How values are read."""

    has_json_keys: bool
    """Whether a key that is JSON is seen as such, and not as its text."""

    def read(self, content: bytes) -> tuple[str | None, Any]:
        """`rawValue` and `value`. Raises UnreadableMessage; whatever else it raises may be over some time."""
        ...


class Texts:
    """No schema: JSON, or else a text."""

    has_json_keys = True

    def read(self, content: bytes) -> tuple[str | None, Any]:
        """As every text has it."""
        raw = content.decode(errors="replace")
        return raw, json_or_text(raw)


class InlineAvro:
    """Avro, with the schema in the model. Camunda's runtime reads keys as texts then, too."""

    has_json_keys = False

    def __init__(self, schema: Any) -> None:
        """Raises ConnectorInputError for what is no schema."""
        self._avro = Avro(schema)

    def read(self, content: bytes) -> tuple[str | None, Any]:
        """There is no raw value."""
        return None, _read(self._avro.decoded, content)


class Registered:
    """Values with the id of a schema before them. Avro needs the schema, and asks for each one once."""

    has_json_keys = True

    def __init__(self, url: str, kind: str, login: tuple[str, str] | None) -> None:
        self._url = url.rstrip("/")
        self._kind = kind
        self._headers = {"Accept": MEDIA_TYPE, **_basic(login)}
        self._known: dict[int, Avro] = {}

    def read(self, content: bytes) -> tuple[str | None, Any]:
        """JSON has a raw value, Avro has none. Raises OSError and DeniedAddress, too: the registry does not answer."""
        schema_id, value = _read(unframed, content)
        if self._kind == AVRO:
            return None, _read(self._schema(schema_id).decoded, value)
        found = _read(strict_json, value)
        return json.dumps(found, ensure_ascii=False, separators=_COMPACT), found

    def _schema(self, schema_id: int) -> Avro:
        if schema_id not in self._known:
            try:
                content = fetch(f"{self._url}/schemas/ids/{schema_id}", Settings.read().allow_addresses, self._headers)
                self._known[schema_id] = Avro(json.loads(content)["schema"])
            except NotFetched as error:
                if error.status != HTTP_NOT_FOUND:
                    raise
                raise UnreadableMessage(f"the schema registry does not know the schema {schema_id}") from None
            except (ConnectorInputError, KeyError) as error:
                raise UnreadableMessage(f"the registry's schema {schema_id} cannot be used: {error}") from None
        return self._known[schema_id]


def values_of(properties: Properties) -> Values:
    """As the properties of any version of the templates say. Raises ConnectorInputError for what cannot work."""
    old = properties.value(SCHEMAS[-1])
    strategy = properties.choice("schemaStrategy.type", (NONE, INLINE, REGISTRY), INLINE if old else NONE)
    if strategy == INLINE:
        schema = next((found for name in SCHEMAS if (found := properties.value(name)) is not None), None)
        if schema is None:
            raise ConnectorInputError("property schemaStrategy.schema is missing: it is the Avro schema of the values")
        return InlineAvro(schema)
    if strategy == NONE:
        return Texts()
    kind = properties.choice("schemaStrategy.schemaType", (AVRO, JSON), AVRO)
    url = properties.text("schemaStrategy.schemaRegistryUrl")
    if not url.startswith(("http://", "https://")):
        raise ConnectorInputError("property schemaStrategy.schemaRegistryUrl should be the http(s) URL of a registry")
    return Registered(url, kind, registry_login(properties.mapping("additionalProperties") or {}))


def _read(decoded: Callable[[bytes], Any], content: bytes) -> Any:
    try:
        found = decoded(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage(f"the value is not what its schema says: {error}") from None
    if is_deeper(found, MAX_JSON_DEPTH):
        raise UnreadableMessage(f"the value is nested deeper than {MAX_JSON_DEPTH} levels")
    return found


def _basic(login: tuple[str, str] | None) -> Mapping[str, str]:
    if login is None:
        return {}
    return {"Authorization": "Basic " + b64encode(":".join(login).encode()).decode()}
