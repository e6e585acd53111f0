"""Connections that are kept for the next request to the same origin, however many there are: the one used last goes
first.

httpcore's own pool looks at all of its connections for each request, and lets requests wait when it has enough.
"""

from __future__ import annotations

import ssl
import weakref
from collections.abc import Callable, Iterable, Iterator
from threading import Lock

import httpcore

from connector_sdk.clock import SystemClock
from connector_sdk.http.connection import MAX_IDLE_SECONDS, Connection, Origin, Outgoing
from connector_sdk.wire.messages import Head

MAX_IDLE_CONNECTIONS = 256
"""To all origins together; more are closed when they come back."""


class Pool:
    """Any number of threads may use it; each request has a connection of its own until its answer is closed."""

    def __init__(self, context: ssl.SSLContext, backend: httpcore.NetworkBackend) -> None:
        self._context = context
        self._backend = backend
        self._lock = Lock()
        self._idle: dict[Origin, list[Connection]] = {}
        self._count = 0
        self._sweep_at = 0.0
        weakref.finalize(self, _close_all, self._idle)

    def send(self, origin: Origin, request: Outgoing) -> tuple[Head, Content]:
        """The head of the answer; whoever reads its content closes it. Raises as httpcore does."""
        connection = self._take(origin, request.max_idle_seconds)
        if connection is None:
            connection = Connection(origin, self._context, self._backend, request.timeouts.get("connect"))
        head, pieces = connection.send(request)
        return head, Content(pieces, lambda: self._give_back(origin, connection))

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            _close_all(self._idle)
            self._count = 0

    def _take(self, origin: Origin, max_idle_seconds: float) -> Connection | None:
        while True:
            with self._lock:
                idle = self._idle.get(origin)
                if not idle or _now() - idle[-1].idle_since > max_idle_seconds:
                    return None
                connection = idle.pop()
                self._count -= 1
            if not connection.has_ended():
                return connection
            connection.close()

    def _give_back(self, origin: Origin, connection: Connection) -> None:
        if not connection.is_idle:
            connection.close()
            return
        with self._lock:
            connection.idle_since = _now()
            dropped = self._expired()
            if self._count < MAX_IDLE_CONNECTIONS:
                self._idle.setdefault(origin, []).append(connection)
                self._count += 1
            else:
                dropped.append(connection)
        _close(dropped)

    def _expired(self) -> list[Connection]:
        """Now and then, what nobody has used for long: no more idle."""
        now = _now()
        if now < self._sweep_at:
            return []
        self._sweep_at = now + MAX_IDLE_SECONDS
        expired: list[Connection] = []
        for origin, idle in list(self._idle.items()):
            old = sum(now - connection.idle_since > MAX_IDLE_SECONDS for connection in idle)
            expired += idle[:old]  # the one used last is at the end
            del idle[:old]
            if not idle:
                del self._idle[origin]
        self._count -= len(expired)
        return expired


class Content:
    """The content of an answer, whose connection comes back when it is closed or breaks off."""

    def __init__(self, pieces: Iterator[bytes], done: Callable[[], None]) -> None:
        self._pieces = pieces
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Whether it was read or not."""
        done, self._done = self._done, None
        if done is not None:
            done()


def _now() -> float:
    return SystemClock().monotonic()


def _close_all(idle: dict[Origin, list[Connection]]) -> None:
    for connections in idle.values():
        _close(connections)
    idle.clear()


def _close(connections: Iterable[Connection]) -> None:
    for connection in connections:
        connection.close()
