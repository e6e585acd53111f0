"""What is asked of a service, and how it goes over the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.client import HTTPException
from typing import NamedTuple

from connector_sdk.http.contents import Held
from connector_sdk.http.deadline import Deadline
from connector_sdk.http.faults import Unsendable
from connector_sdk.http.origin import Origin, split
from connector_sdk.http.tls import ClientTls
from connector_sdk.wire.messages import METHODS_WITH_CONTENT, request_head

DEFAULT_TIMEOUT_SECONDS = 20
USER_AGENT = b"serverless-connectors"
OWN_HEADERS = frozenset({b"content-length", b"transfer-encoding"})
REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class Request:
    """One request, complete: the URL is encoded, the body is bytes."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    connect_seconds: float = DEFAULT_TIMEOUT_SECONDS
    read_seconds: float = DEFAULT_TIMEOUT_SECONDS
    """0 waits for ever."""
    tls: ClientTls | None = None
    deadline: Deadline | None = None
    """When all of it has to be over, redirects and a repeat included; None: it has not begun."""
    held: Held | None = None
    """Where there has to be room for a large answer before anybody works on it; None: nobody counts."""

    @property
    def where(self) -> str:
        """Method, host and path: what an incident may say. No query, since it may hold secrets."""
        return f"{self.method} {re.sub(r'[?#].*', '', self.url.partition('://')[2], flags=re.DOTALL)}"

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice does no harm (RFC 9110, section 9.2.2)."""
        return self.method in REPEATABLE_METHODS


class Outgoing(NamedTuple):
    """A request as it goes over the wire."""

    method: bytes
    origin: Origin
    target: bytes
    head: bytes
    content: bytes
    closes: bool
    """Whether it asks for its connection to be closed."""


def outgoing(request: Request) -> Outgoing:
    """With the headers that HTTP and we add.

    Raises NoHost for a host that has no name in ASCII, Unsendable for what HTTP cannot say, and for headers that
    say how long the content is, which is not theirs to say.
    """
    origin, target = split(request.url)
    own = [(_header(name), _header(value)) for name, value in request.headers]
    given = {name.lower(): value for name, value in own}
    if not OWN_HEADERS.isdisjoint(given):
        raise Unsendable("it has a Content-Length or Transfer-Encoding of its own")
    fields = [] if b"host" in given else [(b"Host", origin.authority.encode())]
    if not request.content and request.method in METHODS_WITH_CONTENT:
        fields.append((b"Content-Length", b"0"))
    if b"user-agent" not in given:
        fields.append((b"user-agent", USER_AGENT))
    if b"accept-encoding" not in given:
        fields.append((b"accept-encoding", b"gzip, deflate"))
    fields += own
    if request.content:
        fields.append((b"Content-Length", str(len(request.content)).encode()))
    method, asked = request.method.encode(), target.encode()
    try:
        head = request_head(method, asked, fields)
    except (ValueError, HTTPException) as error:
        raise Unsendable(str(error)) from error
    return Outgoing(method, origin, asked, head, request.content, b"close" in given.get(b"connection", b"").lower())


def _header(text: str) -> bytes:
    """As Java writes it: Latin-1, two question marks for what is outside of the basic plane, blanks for line ends."""
    if text.isascii() and text.isprintable():
        return text.strip().encode()
    return (
        re.sub(r"[\U00010000-\U0010ffff]", "??", re.sub(r"[\x00\r\n\f\v]", " ", text))
        .strip()
        .encode("latin-1", "replace")
    )
