"""The properties of the Kafka subscription templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.properties import Properties
from connector_sdk.template import Equals, Property

GROUPS = {"authentication": "Authentication", "kafka": "Topic", "reading": "Reading"}
CREDENTIALS, CUSTOM = "credentials", "custom"
RESETS = ("latest", "earliest", "none")
NO_SCHEMA = "noSchema"
_BY_CREDENTIALS = Equals("authenticationType", CREDENTIALS)

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
        group="reading", description="Of the consumer, as librdkafka names them", feel="required"
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
    additional: Mapping[str, str]

    @classmethod
    def read(cls, properties: Properties) -> Topic:
        """Raises ConnectorInputError for what cannot work."""
        if properties.value("kafkaConnectionConfiguration") is not None:
            raise ConnectorInputError(
                "kafkaConnectionConfiguration names a configuration of the cluster, which cannot be read from outside: "
                "give the connection in the element itself"
            )
        strategy = properties.text("schemaStrategy.type", NO_SCHEMA)
        if strategy != NO_SCHEMA or properties.text("avro.schema"):
            raise ConnectorInputError(f"property schemaStrategy.type is {strategy!r}: only {NO_SCHEMA} is built by now")
        servers, name = properties.text("topic.bootstrapServers"), properties.text("topic.topicName")
        if not servers.strip() or not name:
            raise ConnectorInputError("properties topic.bootstrapServers and topic.topicName must not be empty")
        return cls(
            servers=",".join(one.strip() for one in servers.split(",")),
            name=name,
            group=properties.text("groupId"),
            credentials=_credentials(properties),
            reset=properties.choice("autoOffsetReset", RESETS, "none"),
            offsets=_offsets(properties),
            additional={
                key: _spelled(value) for key, value in (properties.mapping("additionalProperties") or {}).items()
            },
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


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
