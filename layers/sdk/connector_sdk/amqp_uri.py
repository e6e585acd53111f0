"""The URI of a RabbitMQ broker, as tasks and subscriptions name it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from connector_sdk.errors import ConnectorInputError

PORTS = {"amqp": 5672, "amqps": 5671}
GUEST = "guest"
"""User and password of a URI without them, as in Camunda's runtime."""
Place = tuple[str, int, str, str, str, bool]
"""Host, port, virtual host, user, password, TLS."""


def place_of(uri: str) -> Place:
    """As RabbitMQ's URI specification has it, but for one thing: no path is the virtual host /, and so is a lone /.

    Raises ConnectorInputError.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise ConnectorInputError("authentication.uri is no URI of a broker") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise ConnectorInputError("authentication.uri must be amqp://… or amqps://… with a host")
    virtual_host = unquote(parts.path[1:]) or "/"
    user, password = unquote(parts.username or GUEST), unquote(parts.password or GUEST)
    return parts.hostname, port or PORTS[parts.scheme], virtual_host, user, password, parts.scheme == "amqps"
