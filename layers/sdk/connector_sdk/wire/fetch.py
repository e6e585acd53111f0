"""One GET from an address that was checked: for keys, certificates and schemas, with which events are read."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from connector_sdk.clock import SystemClock
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.bounded import BoundedSocket
from connector_sdk.wire.checked import PORTS, CheckedConnection
from connector_sdk.wire.dial import Resolver, resolve

TIMEOUT_SECONDS = 3.0
"""For each wait on the socket, and for dialling all of a host's addresses together."""
LONGEST_SECONDS = 6.0
"""For all of it, however slowly the answer comes."""
MAX_CONTENT_BYTES = 512 * 1024


class NotFetched(OSError):
    """There was an answer, and it is not what was asked for. `status`: if it was another than 200."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def fetch(
    url: str,
    allowed: Iterable[Network] = (),
    headers: Mapping[str, str] | None = None,
    *,
    resolver: Resolver = resolve,
) -> bytes:
    """The content at an http:// or https:// address; redirects are not followed, proxies not asked.

    Raises ValueError for an address that is none, DeniedAddress, and OSError if there is no answer, or another than
    200 with at most MAX_CONTENT_BYTES.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"not an http:// or https:// address: {parts.scheme}://{parts.hostname or ''}")
    port = parts.port or PORTS[parts.scheme]
    deadline = SystemClock().monotonic() + LONGEST_SECONDS
    context = ssl.create_default_context() if parts.scheme == "https" else None
    connection = CheckedConnection(
        parts.hostname, port, allowed, timeout=TIMEOUT_SECONDS, context=context, resolver=resolver
    )
    try:
        connection.connect()
        connection.sock = cast(Any, BoundedSocket(connection.sock, TIMEOUT_SECONDS, deadline))
        connection.request(
            "GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=headers or {}
        )
        answer = connection.getresponse()
        content = answer.read(MAX_CONTENT_BYTES + 1)
    except http.client.HTTPException as error:
        raise NotFetched(f"{parts.hostname} does not answer in HTTP ({type(error).__name__})") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise NotFetched(f"{parts.hostname} answered {answer.status}", answer.status)
    if len(content) > MAX_CONTENT_BYTES:
        raise NotFetched(f"{parts.hostname} answered with more than {MAX_CONTENT_BYTES} bytes")
    return content
