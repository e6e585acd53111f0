"""The bootstrap servers of a Kafka cluster, as tasks and subscriptions name them."""

from __future__ import annotations

from collections.abc import Iterator

from connector_sdk.errors import ConnectorInputError


def servers_of(servers: str) -> Iterator[tuple[str, int]]:
    """Host and port of each server of a list such as `a:9092,PLAINTEXT://[::1]:9092`. Raises ConnectorInputError."""
    for server in servers.split(","):
        host, _, port = server.strip().rpartition("://")[2].rpartition(":")
        host = host.strip("[]")
        if not host or not port.isdecimal():
            raise ConnectorInputError("topic.bootstrapServers must be host:port, several with commas between them")
        yield host, int(port)
