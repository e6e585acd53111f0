"""Kept-alive HTTP/1.1 connections to one address, for the engine and for AWS; http.client dials them."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from connector_sdk.clock import SystemClock
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.bounded import BoundedSocket, within
from connector_sdk.wire.checked import PORTS, CheckedConnection
from connector_sdk.wire.messages import Fields, message, read_head, read_pieces, request_message

CONNECT_TIMEOUT_SECONDS = 5.0
READ_TIMEOUT_SECONDS = 30.0
KEEP_ALIVE_SECONDS = 60
"""Silence after which TCP probes the other side; NAT gateways drop what is silent for 350 s."""
MAX_IDLE_SECONDS = 50.0
"""An idle connection is used again for so long; load balancers of AWS close theirs after a minute. A function that was
frozen meanwhile does not see that: nobody's goodbye waits for it."""
MAX_IDLE_SECONDS_ONCE = 2.0
"""The same for a request that may not be repeated, which a connection that has ended would lose."""
MAX_IDLE_CONNECTIONS = 64
"""Connections kept open while nobody uses them; more are closed when they come back."""

Arriving = Callable[[int | None], None]
"""Called with the bytes of an answer's body (None: not told) before it is read; what it waits is no one's time-out."""


class Response(NamedTuple):
    """A whole answer, whatever its status."""

    status: int
    fields: Fields
    body: bytes

    @property
    def headers(self) -> http.client.HTTPMessage:
        """Made of the fields each time: most answers have none that anybody reads."""
        return message(self.fields)


class Connections:
    """A pool of connections to one address; each is used by one thread at a time.

    The address may have a path, which goes before every request's path. Proxies are never read from the environment.
    At most `limit` requests run at once (None: no limit); further callers wait for a connection.
    """

    def __init__(
        self,
        address: str,
        *,
        limit: int | None = None,
        connect_timeout: float = CONNECT_TIMEOUT_SECONDS,
        allowed: Iterable[Network] | None = None,
    ) -> None:
        """Take an address apart; nothing is dialled. Raises ValueError for one that cannot be used.

        With `allowed` the address is a stranger's: only public ones and those in these ranges are dialled (`request`
        raises DeniedAddress for others). None: it is the operator's own.
        """
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http:// or https:// address: {parts.scheme}://{parts.hostname or ''}")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError(f"an address holds no user, query or fragment: {parts.scheme}://{parts.hostname}")
        self._host = parts.hostname
        self._name = _host_field(parts.hostname, parts.port, parts.scheme)
        self._port = parts.port
        self._context = _tls() if parts.scheme == "https" else None
        self._prefix = parts.path.rstrip("/")
        self._connect_timeout = connect_timeout
        self._allowed = None if allowed is None else tuple(allowed)
        self._turn = threading.BoundedSemaphore(limit) if limit is not None else None
        self._idle: list[_Idle] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._idle)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        read_timeout: float = READ_TIMEOUT_SECONDS,
        repeatable: bool = False,
        deadline: float | None = None,
        arriving: Arriving | None = None,
    ) -> Response:
        """Send one request and read its whole answer. `read_timeout` is in seconds, for each wait on the socket.

        `deadline` is a time of the monotonic clock: no wait, for a free connection, for the dial or for the answer,
        begins after it or is allowed to last beyond it.

        A server may close a kept-alive connection at the very moment at which it is used again. When that happens
        before the head of an answer, a `repeatable` request is sent once more, on a new connection (RFC 9110
        §9.2.2 and RFC 9112 §9.3.1 allow it only for requests whose repetition does no harm; the caller knows).

        Raises OSError: NotConnected (nothing was sent), HalfAnswer, TimeoutError, another ConnectionError.
        """
        request = _Request(method, self._prefix + path, body, headers or {}, read_timeout, deadline, arriving)
        if self._turn is None:
            return self._send(request, repeatable)
        if not self._turn.acquire(timeout=None if deadline is None else max(deadline - _now(), 0)):
            raise NotConnected("no connection came free in time")
        try:
            return self._send(request, repeatable)
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close what is idle; the pool can be used again afterwards."""
        with self._lock:
            _close_all(self._idle)

    def _send(self, request: _Request, repeatable: bool) -> Response:
        connection = self._take(MAX_IDLE_SECONDS if repeatable else MAX_IDLE_SECONDS_ONCE)
        if connection is not None:
            try:
                return self._exchange(connection, request)
            except (ConnectionResetError, BrokenPipeError):
                if not repeatable:
                    raise
        return self._exchange(self._connect(request.deadline), request)

    def _exchange(self, connection: http.client.HTTPConnection, request: _Request) -> Response:
        head = None
        try:
            bounded = _bounded(connection)
            bounded.bound(request.read_timeout, request.deadline)
            bounded.sendall(request_message(request.method, request.target, self._name, request.headers, request.body))
            with bounded.reader() as answer:
                head = read_head(answer, request.method.encode())
                request.announce(head.length, bounded)
                content = b"".join(read_pieces(answer, head))
                bounded.is_over = True
                says_more = bool(answer.peek())  # than it was asked
        except (http.client.HTTPException, ConnectionError, ssl.SSLEOFError) as error:
            connection.close()
            if head is not None:
                raise HalfAnswer(f"the answer broke off ({type(error).__name__})") from error
            if isinstance(error, ConnectionError):  # RemoteDisconnected is one too: closed without a byte
                raise
            if isinstance(error, ssl.SSLEOFError):  # what a reset is under TLS
                raise ConnectionResetError("the server has ended TLS") from error
            raise ConnectionError(f"the answer is not HTTP ({type(error).__name__})") from error
        except BaseException:
            connection.close()
            raise
        if head.closes or says_more:
            connection.close()
        else:
            self._give_back(connection)
        return Response(head.status, head.fields, content)

    def _connect(self, deadline: float | None) -> http.client.HTTPConnection:
        try:
            timeout = within(self._connect_timeout, deadline)
        except TimeoutError as error:
            raise NotConnected(str(error)) from error
        connection = self._connection(timeout)
        try:
            connection.connect()
            _keep_alive(connection.sock)
        except (OSError, ValueError) as error:  # a name may be none for IDNA, or for TLS
            connection.close()
            raise NotConnected(str(error)) from error
        connection.sock = cast(Any, BoundedSocket(connection.sock, timeout))
        return connection

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        """One that is not open yet."""
        if self._allowed is not None:
            port = self._port or PORTS["http" if self._context is None else "https"]
            return CheckedConnection(self._host, port, self._allowed, timeout=timeout, context=self._context)
        if self._context is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=self._context)

    def _take(self, seconds: float) -> http.client.HTTPConnection | None:
        """Get the connection that was used last, if it was idle no longer; those that the server has closed meanwhile
        are dropped."""
        while True:
            with self._lock:
                if not self._idle or _now() - self._idle[-1].since > seconds:
                    return None
                connection = self._idle.pop().connection
            if not _bounded(connection).has_something():
                return connection
            connection.close()

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        now = _now()
        dropped: list[_Idle] = []
        with self._lock:
            self._idle.append(_Idle(connection, now))
            while len(self._idle) > MAX_IDLE_CONNECTIONS or now - self._idle[0].since > MAX_IDLE_SECONDS:
                dropped.append(self._idle.pop(0))
        _close_all(dropped)


class _Idle(NamedTuple):
    """A connection that nobody uses; the pool has the one that was used last at its end."""

    connection: http.client.HTTPConnection
    since: float


class _Request(NamedTuple):
    method: str
    target: str
    body: bytes | None
    headers: Mapping[str, str]
    read_timeout: float
    deadline: float | None
    arriving: Arriving | None

    def announce(self, length: int | None, bounded: BoundedSocket) -> None:
        """Say that content arrives; how long that waits for room is not counted."""
        if self.arriving is not None:
            begun = _now()
            self.arriving(length)
            if self.deadline is not None:
                bounded.bound(self.read_timeout, self.deadline + _now() - begun)


class NotConnected(ConnectionError):
    """No connection came about: nothing was sent."""


class HalfAnswer(ConnectionError):
    """The status line came, the rest did not: the request was taken, and it is never sent again."""


def _host_field(host: str, port: int | None, scheme: str) -> str:
    """What the header Host says."""
    name = f"[{host}]" if ":" in host else host if host.isascii() else host.encode("idna").decode()
    return name if port in (None, PORTS[scheme]) else f"{name}:{port}"


def _now() -> float:
    return SystemClock().monotonic()


def _bounded(connection: http.client.HTTPConnection) -> BoundedSocket:
    return cast(BoundedSocket, connection.sock)


@cache
def _tls() -> ssl.SSLContext:
    """One for the process: reading the machine's certificates takes a while, and any connection may share it."""
    return ssl.create_default_context()


def _keep_alive(connected: socket.socket) -> None:
    """Have the kernel say that we are still there: firewalls and NAT forget connections that are silent for minutes."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option in ("TCP_KEEPIDLE", "TCP_KEEPALIVE"):  # Linux, macOS
        if hasattr(socket, option):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), KEEP_ALIVE_SECONDS)


def _close_all(idle: list[_Idle]) -> None:
    while idle:
        idle.pop().connection.close()
