"""Connections that are kept for the next request to the same origin, however many there are: the one used last goes
first.

httpcore's own pool looks at all of its connections for each request, and lets requests wait when it has enough.
"""

from __future__ import annotations

import ssl
import weakref
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import Any

import httpcore

from connector_sdk.clock import SystemClock

KEEP_ALIVE_SECONDS = 5.0
MAX_IDLE_CONNECTIONS = 256
"""To all origins together; more are closed when they come back."""
SCHEMES = (b"http", b"https")

Origin = tuple[bytes, bytes, int]
"""Scheme, host, port."""


class Pool:
    """Any number of threads may use it; each request has a connection of its own until its answer is closed."""

    def __init__(self, context: ssl.SSLContext, backend: httpcore.NetworkBackend) -> None:
        self._context = context
        self._backend = backend
        self._lock = Lock()
        self._idle: dict[Origin, list[httpcore.HTTPConnection]] = {}
        self._count = 0
        self._sweep_at = 0.0
        weakref.finalize(self, _close_all, self._idle)

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """The head of the answer; whoever reads its content closes it. Raises as httpcore does."""
        where = request.url.origin
        if where.scheme not in SCHEMES:
            raise httpcore.UnsupportedProtocol("the URL does not begin with http:// or https://")
        origin = (where.scheme, where.host, where.port)
        connection = self._take(origin) or httpcore.HTTPConnection(
            where, self._context, KEEP_ALIVE_SECONDS, network_backend=self._backend
        )
        answer = connection.handle_request(request)
        content = _Content(answer.stream, lambda: self._give_back(origin, connection))
        return httpcore.Response(answer.status, headers=answer.headers, content=content, extensions=answer.extensions)

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            _close_all(self._idle)
            self._count = 0

    def _take(self, origin: Origin) -> httpcore.HTTPConnection | None:
        while True:
            with self._lock:
                idle = self._idle.get(origin)
                if not idle:
                    return None
                connection = idle.pop()
                self._count -= 1
            if not connection.has_expired():
                return connection
            connection.close()

    def _give_back(self, origin: Origin, connection: httpcore.HTTPConnection) -> None:
        if not connection.is_idle():
            connection.close()
            return
        with self._lock:
            dropped = self._expired()
            if self._count < MAX_IDLE_CONNECTIONS:
                self._idle.setdefault(origin, []).append(connection)
                self._count += 1
            else:
                dropped.append(connection)
        _close(dropped)

    def _expired(self) -> list[httpcore.HTTPConnection]:
        """Now and then, what nobody has used for long, or the other side has closed: no more idle."""
        now = SystemClock().monotonic()
        if now < self._sweep_at:
            return []
        self._sweep_at = now + KEEP_ALIVE_SECONDS
        expired = [one for idle in self._idle.values() for one in idle if one.has_expired()]
        for origin, idle in list(self._idle.items()):
            idle[:] = [connection for connection in idle if connection not in expired]
            if not idle:
                del self._idle[origin]
        self._count -= len(expired)
        return expired


class _Content:
    """The content of an answer, whose connection comes back when it is closed or breaks off."""

    def __init__(self, stream: Any, done: Callable[[], None]) -> None:
        self._stream = stream
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            self._stream.close()
            done()


def _close_all(idle: dict[Origin, list[httpcore.HTTPConnection]]) -> None:
    for connections in idle.values():
        _close(connections)
    idle.clear()


def _close(connections: Iterable[httpcore.HTTPConnection]) -> None:
    for connection in connections:
        connection.close()
