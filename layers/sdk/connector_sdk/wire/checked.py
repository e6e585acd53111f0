"""HTTP/1.1 connections to addresses that were checked: what http.client dials for hosts that a stranger names."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable, Sequence

from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import Resolver, checked_addresses, first_connected, resolve

PORTS = {"https": 443, "http": 80}


class CheckedConnection(http.client.HTTPConnection):
    """Dials the addresses that were checked, and never looks the name up again."""

    def __init__(
        self, host: str, port: int, addresses: Sequence[str], *, timeout: float, context: ssl.SSLContext | None
    ) -> None:
        """Without `context` it speaks in clear."""
        super().__init__(host, port, timeout=timeout)
        self.default_port = PORTS["http" if context is None else "https"]
        self._addresses = addresses
        self._dial_seconds = timeout
        self._context = context

    def connect(self) -> None:
        """The time-out is for all addresses together. Raises OSError, the last address's if there are several."""
        self.sock = first_connected(self.host, self.port, self._addresses, self._dial_seconds)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def checked_connection(
    host: str,
    port: int,
    allowed: Iterable[Network],
    *,
    timeout: float,
    context: ssl.SSLContext | None,
    resolver: Resolver = resolve,
) -> CheckedConnection:
    """A connection that is not open yet. Raises DeniedAddress, and OSError for a name without an address."""
    try:
        addresses = checked_addresses(host, port, allowed, resolver)
    except UnicodeError as error:
        raise OSError(f"{host} is no name of a host") from error
    return CheckedConnection(host, port, addresses, timeout=timeout, context=context)
