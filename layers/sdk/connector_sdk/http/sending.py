"""Sending one request, and repeating it where that is safe.

A request that a service refused for the moment (429, 503), or whose connection broke before any answer, is sent once
more, but never a POST or a PATCH: those may have been done already. Camunda's runtime repeats them as well; no
template can tell, and an order is not placed twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from threading import Event

import httpx

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.http.connection import REPEATABLE_METHODS
from connector_sdk.http.deadline import Deadline, longest
from connector_sdk.http.errors import ABORTED, PROTOCOL, InvalidRequest, ProtocolError, Unreachable, from_httpx
from connector_sdk.http.tls import ClientTls
from connector_sdk.http.transport import CLIENT_TLS, DEADLINE, GuardedTransport
from connector_sdk.settings import Settings

DEFAULT_TIMEOUT_SECONDS = 20
REPEATED_STATUSES = (429, 503)
REPEAT_AFTER_SECONDS = 1.0
LONGEST_REPEAT_AFTER_SECONDS = 10.0
"""A function lives for a minute, and the job's own retries wait without one."""
USER_AGENT = "serverless-connectors"
OWN_HEADERS = ("content-length", "transfer-encoding")


def pause(seconds: float) -> None:
    """Wait; the only place where a connector's request does."""
    Event().wait(seconds)


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

    @property
    def where(self) -> str:
        """Method, host and path: what an incident may say. No query, since it may hold secrets."""
        return f"{self.method} {re.sub(r'[?#].*', '', self.url.partition('://')[2], flags=re.DOTALL)}"


class Sender:
    """Sends requests over a guarded transport."""

    def __init__(
        self,
        transport: httpx.BaseTransport,
        *,
        clock: Clock | None = None,
        pause: Callable[[float], None] = pause,
    ) -> None:
        self._transport = transport
        self._clock = clock or SystemClock()
        self._pause = pause

    @classmethod
    def from_settings(cls, settings: Settings, *, pause: Callable[[float], None] = pause) -> Sender:
        return cls(GuardedTransport(settings.allow_addresses), pause=pause)

    def close(self) -> None:
        """Close the transport's connections."""
        self._transport.close()

    def begun(self, request: Request) -> Request:
        """The request with its deadline, which counts from the first time that this is asked."""
        if request.deadline is not None:
            return request
        return replace(request, deadline=self.deadline(request.connect_seconds, request.read_seconds))

    def deadline(self, connect_seconds: float, read_seconds: float) -> Deadline:
        """Of an exchange with these time-outs that begins now."""
        return Deadline.after(longest(connect_seconds, read_seconds), self._clock)

    def send(self, request: Request) -> httpx.Response:
        """Send a request, once more if that is safe, and read the whole answer."""
        request = self.begun(request)
        repeatable = request.method in REPEATABLE_METHODS
        try:
            response = self._once(request)
        except Unreachable as error:
            if not repeatable or not isinstance(error.__cause__, httpx.RemoteProtocolError | httpx.ReadError):
                raise
            self._pause(REPEAT_AFTER_SECONDS)
            return self._read(self._once(request), request)
        if not repeatable or response.status_code not in REPEATED_STATUSES:
            return self._read(response, request)
        wait = self._wait_for(response)
        response.close()
        if wait > LONGEST_REPEAT_AFTER_SECONDS:
            raise Unreachable("408", ABORTED, f"{request.where} asks to be tried again in {wait:.0f} seconds")
        self._pause(wait)
        return self._read(self._once(request), request)

    def _once(self, request: Request) -> httpx.Response:
        if any(name.lower() in OWN_HEADERS for name, _ in request.headers):
            raise ProtocolError(
                "500", PROTOCOL, f"{request.where} has a Content-Length or Transfer-Encoding of its own"
            )
        try:
            return self._transport.handle_request(_wire(request))
        except httpx.TransportError as error:
            raise from_httpx(error, request.where) from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise InvalidRequest(None, f"The URL cannot be requested: {error}", f"{request.method}: {error}") from error

    def _read(self, response: httpx.Response, request: Request) -> httpx.Response:
        try:
            response.read()
        except httpx.TransportError as error:
            raise from_httpx(error, request.where) from error
        except httpx.DecodingError as error:
            raise Unreachable("408", ABORTED, f"the answer of {request.where} is not readable: {error}") from error
        finally:
            response.close()
        return response

    def _wait_for(self, response: httpx.Response) -> float:
        """Seconds from Retry-After (RFC 9110, section 10.2.3): a number, a date, or a second without either."""
        text = response.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return float(text)
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return REPEAT_AFTER_SECONDS
        return max(until.timestamp() - self._clock.time_ms() / 1000, 0.0)


def _wire(request: Request) -> httpx.Request:
    _, _, rest = request.url.partition("://")
    target = rest[len(rest.partition("/")[0].partition("?")[0]) :]
    connect, read = request.connect_seconds or None, request.read_seconds or None
    wire = httpx.Request(
        request.method,
        request.url,
        headers=[*_defaults(request), *((_header(name), _header(value)) for name, value in request.headers)],
        content=request.content or None,
        extensions={
            "timeout": {"connect": connect, "read": read, "write": read},
            CLIENT_TLS: request.tls,
            DEADLINE: request.deadline,
            "target": (target if target.startswith("/") else "/" + target).encode("ascii"),
        },
    )
    return wire


def _defaults(request: Request) -> Iterable[tuple[bytes, bytes]]:
    given = {name.lower() for name, _ in request.headers}
    return [default for name, default in _DEFAULTS.items() if name not in given]


_DEFAULTS = {
    "user-agent": (b"user-agent", USER_AGENT.encode()),
    "accept-encoding": (b"accept-encoding", b"gzip, deflate"),
}


def _header(text: str) -> bytes:
    """As Java writes it: Latin-1, two question marks for what is outside of the basic plane, blanks for line ends."""
    if text.isascii() and text.isprintable():
        return text.strip().encode()
    return (
        re.sub(r"[\U00010000-\U0010ffff]", "??", re.sub(r"[\x00\r\n\f\v]", " ", text))
        .strip()
        .encode("latin-1", "replace")
    )
