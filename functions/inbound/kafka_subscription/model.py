"""The properties of the Kafka subscription templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.properties import Properties
from connector_sdk.kafka_servers import servers_of
from connector_sdk.template import Equals, Pattern, Property
from functions.inbound.kafka_subscription.values import AVRO, INLINE, JSON, NONE, REGISTRY, Values, values_of

GROUPS = {"authentication": "Authentication", "kafka": "Topic", "reading": "Reading", "schema": "Schema"}
CREDENTIALS, CUSTOM = "credentials", "custom"
RESETS = ("latest", "earliest", "none")
MAX_GROUP_CHARACTERS = 250
"""Of a consumer group's id; the rest is cut off."""
_BY_CREDENTIALS = Equals("authenticationType", CREDENTIALS)
_BY_REGISTRY = Equals("schemaStrategy.type", REGISTRY)

PROPERTIES = {
    "authenticationType": Property(
        label="Authentication",
        group="authentication",
        choices={CREDENTIALS: "Credentials (SASL/PLAIN over TLS)", CUSTOM: "By additional properties, or none"},
        default=CREDENTIALS,
    ),
    "authentication.username": Property(group="authentication", required=True, when=_BY_CREDENTIALS),
    "authentication.password": Property(group="authentication", required=True, secret=True, when=_BY_CREDENTIALS),
    "topic.bootstrapServers": Property(
        group="kafka", description="With commas between them", example="broker-1:9092,broker-2:9092", required=True
    ),
    "topic.topicName": Property(label="Topic", group="kafka", required=True),
    "groupId": Property(
        label="Consumer group ID", group="kafka", description="Empty: one of its own, the same in every version"
    ),
    "autoOffsetReset": Property(
        label="Where a new group begins",
        group="reading",
        choices={"latest": "At the end", "earliest": "At the beginning", "none": "Nowhere: an error"},
        default="latest",
    ),
    "offsets": Property(group="reading", description="A list, for each partition where to begin", feel="optional"),
    "additionalProperties": Property(
        group="reading", description="Of the consumer, by the names that its Java client has", feel="required"
    ),
    "schemaStrategy.type": Property(
        label="Schema",
        group="schema",
        choices={NONE: "None", INLINE: "Avro, with the schema written here", REGISTRY: "By a schema registry"},
        default=NONE,
    ),
    "schemaStrategy.schema": Property(
        label="Avro schema",
        kind="Text",
        group="schema",
        feel="required",
        required=True,
        when=Equals("schemaStrategy.type", INLINE),
    ),
    "schemaStrategy.schemaType": Property(
        label="Type", group="schema", choices={AVRO: "Avro", JSON: "JSON"}, default=AVRO, when=_BY_REGISTRY
    ),
    "schemaStrategy.schemaRegistryUrl": Property(
        label="URL of the registry",
        group="schema",
        required=True,
        pattern=Pattern(r"^(https?://|\{\{).*$", "Must be a http(s) URL"),
        when=_BY_REGISTRY,
    ),
}


@dataclass(frozen=True, slots=True, repr=False)
class Topic:
    """A topic of a cluster, and who reads it."""

    servers: str
    name: str
    group: str
    credentials: tuple[str, str] | None
    """User and password."""
    reset: str
    offsets: tuple[int, ...]
    additional: Mapping[str, Any]
    """Properties of Java's consumer, and of its schema registry."""
    values: Values

    @classmethod
    def read(cls, properties: Properties) -> Topic:
        """Raises ConnectorInputError for what cannot work."""
        properties.refuse_configuration("kafkaConnectionConfiguration", "the connection")
        servers, name = properties.required("topic.bootstrapServers"), properties.required("topic.topicName")
        tuple(servers_of(servers))  # refuses what is none
        additional = properties.mapping("additionalProperties") or {}
        return cls(
            servers=",".join(one.strip() for one in servers.split(",")),
            name=name,
            group=str(additional.get("group.id") or properties.text("groupId"))[:MAX_GROUP_CHARACTERS],
            credentials=_credentials(properties),
            reset=properties.choice("autoOffsetReset", RESETS, "none"),
            offsets=_offsets(properties),
            additional=additional,
            values=values_of(properties),
        )

    @property
    def source(self) -> str:
        """Cluster and topic."""
        return source_of(self.servers, self.name)


def source_of(servers: str, topic: str) -> str:
    """A cluster is known by the first of its bootstrap servers, in alphabetical order."""
    return f"kafka:{min(one.strip() for one in servers.split(','))}:{topic}"


def _credentials(properties: Properties) -> tuple[str, str] | None:
    if properties.choice("authenticationType", (CREDENTIALS, CUSTOM), CREDENTIALS) == CUSTOM:
        return None
    user, password = properties.text("authentication.username"), properties.text("authentication.password")
    return (user, password) if user or password else None


def _offsets(properties: Properties) -> tuple[int, ...]:
    try:
        return tuple(int(one) for one in properties.texts("offsets") or () if one.strip())
    except ValueError:
        raise ConnectorInputError("property offsets should be a list of whole numbers") from None
