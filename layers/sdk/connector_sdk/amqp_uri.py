"""A RabbitMQ broker as tasks and subscriptions name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from connector_sdk.errors import ConnectorInputError

PORTS = {"amqp": 5672, "amqps": 5671}
GUEST = "guest"
"""User and password of a URI without them, as in Camunda's runtime."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker is, and who asks."""

    host: str
    port: int
    virtual_host: str
    user: str
    password: str = field(repr=False)
    tls: bool = False

    def __str__(self) -> str:
        return f"RabbitMQ at {self.host}:{self.port}"


def broker_of(uri: str) -> Broker:
    """As RabbitMQ's URI specification has it, but for one thing: no path is the virtual host /, and so is a lone /.

    Raises ConnectorInputError.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise ConnectorInputError(
            "authentication.uri is no URI of a broker: write amqp://user:password@host:port/vhost, the port as a number"
        ) from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise ConnectorInputError("authentication.uri must be amqp://… or amqps://… with a host")
    virtual_host = unquote(parts.path[1:]) or "/"
    user, password = unquote(parts.username or GUEST), unquote(parts.password or GUEST)
    return Broker(
        parts.hostname, port or PORTS[parts.scheme], virtual_host, user, password, tls=parts.scheme == "amqps"
    )
