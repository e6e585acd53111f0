"""What a Kafka task asks for."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import Field

from connector_sdk.binding import NEWER, ConnectorModel, HttpUrl, NotBlank, NotNull, OneOf
from connector_sdk.template import Property


class Authentication(ConnectorModel):
    """SASL/PLAIN over TLS, unless the additional properties say otherwise."""

    username: Annotated[str | None, Property(label="User name", group="authentication")] = None
    password: Annotated[
        str | None,
        Field(repr=False),
        Property(group="authentication", secret=True, example="{{secrets.KAFKA_PASSWORD}}"),
    ] = None


class Topic(ConnectorModel):
    """Where a record goes."""

    bootstrap_servers: Annotated[
        str | None,
        Property(group="kafka", required=True, example="broker-1.example.com:9093,broker-2.example.com:9093"),
    ] = None
    topic_name: Annotated[NotBlank, Property(group="kafka")]


class ConnectionConfiguration(ConnectorModel):
    """A connection of the cluster (8.10): takes the place of the task's servers and authentication."""

    bootstrap_servers: NotBlank
    username: NotBlank
    password: Annotated[NotBlank, Field(repr=False)]


class SchemaType(Enum):
    """Of a schema in a registry."""

    AVRO = "avro"
    JSON = "json"


class NoSchema(ConnectorModel):
    """No schema"""

    type: Literal["noSchema"]


class InlineSchema(ConnectorModel):
    """Avro, with the schema written here"""

    type: Literal["inlineSchema"]
    schema_: Annotated[NotNull, Field(alias="schema"), Property(label="Avro schema", kind="Text", feel="required")]


class RegistrySchema(ConnectorModel):
    """Avro or JSON, with a schema registry"""

    type: Literal["schemaRegistry"]
    schema_type: SchemaType = SchemaType.AVRO
    schema_registry_url: Annotated[HttpUrl, Property(label="Schema registry URL")]
    schema_: Annotated[NotNull, Field(alias="schema"), Property(kind="Text", feel="required")]


class OlderAvro(ConnectorModel):
    """How the templates before 8.6 ask for Avro."""

    schema_: Annotated[NotNull, Field(alias="schema")]


class Message(ConnectorModel):
    """Key and value of a record; what is no text goes as JSON."""

    key: Annotated[Any, Property(group="message", kind="String", feel="optional")] = None
    value: Annotated[NotNull, Property(group="message", kind="Text", feel="optional")]


class KafkaRequest(ConnectorModel):
    """The inputs of all Kafka templates; what an older one does not have is left at its default."""

    kafka_connection_configuration: Annotated[ConnectionConfiguration | None, NEWER, Property(offered=False)] = None
    authentication: Annotated[Authentication, Property(group="authentication")] = Authentication()
    topic: Topic
    message: Message
    schema_strategy: Annotated[
        NoSchema | InlineSchema | RegistrySchema | None,
        OneOf,
        Property(label="Schema", group="message", default="noSchema"),
    ] = None
    avro: Annotated[OlderAvro | None, Property(offered=False)] = None
    headers: Annotated[dict[str, str | None] | None, Property(group="kafka", example='{source: "orders"}')] = None
    additional_properties: Annotated[
        dict[str, Any] | None,
        Property(
            group="kafka",
            description="Properties of Kafka's producer, by the names that its Java client has",
            example='{"compression.type": "gzip"}',
        ),
    ] = None
