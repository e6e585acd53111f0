"""HTTP/1.1 connections to addresses that were checked: what http.client dials for hosts that a stranger names."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable

from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import Resolver, dialled, resolve

PORTS = {"https": 443, "http": 80}


class CheckedConnection(http.client.HTTPConnection):
    """Each dial looks the name up once, and goes to an address that was checked."""

    def __init__(
        self,
        host: str,
        port: int,
        allowed: Iterable[Network],
        *,
        timeout: float,
        context: ssl.SSLContext | None,
        resolver: Resolver = resolve,
    ) -> None:
        """Without `context` it speaks in clear."""
        super().__init__(host, port, timeout=timeout)
        self.default_port = PORTS["http" if context is None else "https"]
        self._allowed = tuple(allowed)
        self._dial_seconds = timeout
        self._context = context
        self._resolver = resolver

    def connect(self) -> None:
        """The time-out is for all addresses together. Raises DeniedAddress, OSError."""
        seconds, resolver = self._dial_seconds, self._resolver
        self.sock = dialled(self.host, self.port, self._allowed, seconds=seconds, resolver=resolver)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
