"""One GET from an address that was checked: the key sets and certificates with which webhooks are verified."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import Resolver, checked_addresses, resolve

TIMEOUT_SECONDS = 3.0
"""For each wait on the socket."""
MAX_CONTENT_BYTES = 512 * 1024
PORTS = {"https": 443, "http": 80}


class NotFetched(OSError):
    """There was an answer, and it is not what was asked for."""


def fetch(url: str, allowed: Iterable[Network] = (), *, resolver: Resolver = resolve) -> bytes:
    """The content at an http:// or https:// address; redirects are not followed, proxies not asked.

    Raises ValueError for an address that is none, DeniedAddress, and OSError if there is no answer, or another than
    200 with at most MAX_CONTENT_BYTES.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"not an http:// or https:// address: {parts.scheme}://{parts.hostname or ''}")
    port = parts.port or PORTS[parts.scheme]
    try:
        addresses = checked_addresses(parts.hostname, port, allowed, resolver)
    except UnicodeError as error:
        raise NotFetched(f"{parts.hostname} is no name of a host") from error
    connection = _CheckedConnection(parts.hostname, port, addresses, is_tls=parts.scheme == "https")
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        content = answer.read(MAX_CONTENT_BYTES + 1)
    except http.client.HTTPException as error:
        raise NotFetched(f"{parts.hostname} does not answer in HTTP ({type(error).__name__})") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise NotFetched(f"{parts.hostname} answered {answer.status}")
    if len(content) > MAX_CONTENT_BYTES:
        raise NotFetched(f"{parts.hostname} answered with more than {MAX_CONTENT_BYTES} bytes")
    return content


class _CheckedConnection(http.client.HTTPConnection):
    """Dials the addresses that were checked, and never looks the name up again."""

    def __init__(self, host: str, port: int, addresses: Sequence[str], *, is_tls: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self.default_port = PORTS["https" if is_tls else "http"]
        self._addresses = addresses
        self._context = ssl.create_default_context() if is_tls else None

    def connect(self) -> None:
        failure: OSError = NotFetched(f"{self.host} has no address")
        for address in self._addresses:
            try:
                self.sock = socket.create_connection((address, self.port), TIMEOUT_SECONDS)
            except OSError as error:
                failure = error
                continue
            if self._context is not None:
                self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
            return
        raise failure
