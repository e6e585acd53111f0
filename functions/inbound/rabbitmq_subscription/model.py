"""The properties of the RabbitMQ subscription templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.amqp_uri import Broker, broker_of
from connector_sdk.inbound.properties import Properties
from connector_sdk.template import Equals, Pattern, Property

GROUPS = {"authentication": "Authentication", "routing": "Routing", "subscription": "Subscription"}
URI, CREDENTIALS = "uri", "credentials"
_AMAZON = ".mq."
_BY_URI = Equals("authentication.authType", URI)
_BY_CREDENTIALS = Equals("authentication.authType", CREDENTIALS)

PROPERTIES = {
    "authentication.authType": Property(
        label="Connection", group="authentication", choices={URI: "URI", CREDENTIALS: "Credentials"}, default=URI
    ),
    "authentication.uri": Property(
        label="URI",
        group="authentication",
        example="amqps://broker.example.com:5671/shop",
        required=True,
        secret=True,
        pattern=Pattern(r"^(amqps?://|\{\{).*$", "Must be an amqp(s) URI"),
        when=_BY_URI,
    ),
    "authentication.userName": Property(label="User", group="authentication", required=True, when=_BY_CREDENTIALS),
    "authentication.password": Property(group="authentication", required=True, secret=True, when=_BY_CREDENTIALS),
    "routing.virtualHost": Property(group="routing", default="/", required=True, when=_BY_CREDENTIALS),
    "routing.hostName": Property(label="Host", group="routing", required=True, when=_BY_CREDENTIALS),
    "routing.port": Property(
        group="routing",
        default="5672",
        required=True,
        pattern=Pattern(r"^([0-9]{1,5}|\{\{.*)$", "Must be a port"),
        when=_BY_CREDENTIALS,
    ),
    "queueName": Property(label="Queue", group="subscription", example="orders", required=True),
    "consumerTag": Property(group="subscription", description="The broker makes one if it is empty"),
    "arguments": Property(group="subscription", description="Of the consumer", feel="required"),
    "exclusive": Property(
        label="Exclusive consumer", group="subscription", choices={"false": "No", "true": "Yes"}, default="false"
    ),
}


@dataclass(frozen=True, slots=True, repr=False)
class Queue:
    """A queue of a broker, and who reads it."""

    name: str
    broker: Broker
    consumer_tag: str
    exclusive: bool
    arguments: Mapping[str, Any]

    @classmethod
    def read(cls, properties: Properties) -> Queue:
        """Raises ConnectorInputError for what cannot work."""
        kind = properties.choice("authentication.authType", (URI, CREDENTIALS), URI)
        broker = broker_of(properties.text("authentication.uri")) if kind == URI else _of_credentials(properties)
        return cls(
            properties.required("queueName"),
            broker,
            consumer_tag=properties.text("consumerTag"),
            exclusive=bool(properties.flag("exclusive")),
            arguments=properties.mapping("arguments") or {},
        )

    @property
    def is_amazon(self) -> bool:
        """Whether the broker is one of Amazon MQ: its hosts begin with its id."""
        return self.broker.host.startswith("b-") and _AMAZON in self.broker.host

    @property
    def source(self) -> str:
        """Broker, virtual host and queue, as `source_of_arn` spells them."""
        broker = self.broker
        named = broker.host.split(".")[0] if self.is_amazon else f"{broker.host}:{broker.port}"
        return _source(named, broker.virtual_host, self.name)


def source_of_arn(arn: str, virtual_host: str, queue: str) -> str:
    """`arn:aws:mq:eu-central-1:123456789012:broker:shop:b-…`: hosts of that broker begin with its id.

    Of a broker that is none of Amazon's, it is `HOST:PORT`.
    """
    return _source(arn.rpartition(":")[2] if arn.startswith("arn:") else arn, virtual_host, queue)


def _source(broker: str, virtual_host: str, queue: str) -> str:
    return f"rabbitmq:{broker}{'' if virtual_host.startswith('/') else '/'}{virtual_host}:{queue}"


def _of_credentials(properties: Properties) -> Broker:
    host, port = properties.required("routing.hostName"), properties.port("routing.port")
    user, password = properties.text("authentication.userName"), properties.text("authentication.password")
    return Broker(host, port, properties.text("routing.virtualHost") or "/", user, password)
