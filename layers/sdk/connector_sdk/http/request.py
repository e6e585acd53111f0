"""What is asked of a service, and how it goes over the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connector_sdk.http.contents import Contents
from connector_sdk.http.deadline import Deadline
from connector_sdk.http.origin import Origin, split
from connector_sdk.http.tls import ClientTls

DEFAULT_TIMEOUT_SECONDS = 20
USER_AGENT = b"serverless-connectors"
OWN_HEADERS = frozenset({"content-length", "transfer-encoding"})
METHODS_WITH_LENGTH = ("POST", "PUT", "PATCH")
REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})

Fields = list[tuple[bytes, bytes]]


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
    contents: Contents | None = None
    """Where there has to be room for a large answer before it is read; None: nobody counts."""

    @property
    def where(self) -> str:
        """Method, host and path: what an incident may say. No query, since it may hold secrets."""
        return f"{self.method} {re.sub(r'[?#].*', '', self.url.partition('://')[2], flags=re.DOTALL)}"

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice does no harm (RFC 9110, section 9.2.2)."""
        return self.method in REPEATABLE_METHODS


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes over the wire."""

    method: bytes
    origin: Origin
    target: bytes
    fields: Fields
    content: bytes
    closes: bool
    """Whether it asks for its connection to be closed."""


def outgoing(request: Request) -> Outgoing:
    """With the headers that HTTP and we add. Raises ValueError for a host that has no name in ASCII."""
    origin, target = split(request.url)
    given = {name.lower(): value for name, value in request.headers}
    fields: Fields = [] if "host" in given else [(b"Host", origin.authority.encode())]
    if not request.content and request.method in METHODS_WITH_LENGTH:
        fields.append((b"Content-Length", b"0"))
    if "user-agent" not in given:
        fields.append((b"user-agent", USER_AGENT))
    if "accept-encoding" not in given:
        fields.append((b"accept-encoding", b"gzip, deflate"))
    fields += [(_header(name), _header(value)) for name, value in request.headers]
    if request.content:
        fields.append((b"Content-Length", str(len(request.content)).encode()))
    closes = "close" in given.get("connection", "").lower()
    return Outgoing(request.method.encode(), origin, target.encode(), fields, request.content, closes)


def has_own_framing(request: Request) -> bool:
    """Whether its headers say how long the content is, which is not theirs to say."""
    return any(name.lower() in OWN_HEADERS for name, _ in request.headers)


def _header(text: str) -> bytes:
    """As Java writes it: Latin-1, two question marks for what is outside of the basic plane, blanks for line ends."""
    if text.isascii() and text.isprintable():
        return text.strip().encode()
    return (
        re.sub(r"[\U00010000-\U0010ffff]", "??", re.sub(r"[\x00\r\n\f\v]", " ", text))
        .strip()
        .encode("latin-1", "replace")
    )
