"""Connections that are kept for the next request to the same origin, however many there are: the one used last goes
first.
"""

from __future__ import annotations

import ssl
import weakref
from collections.abc import Iterable
from threading import Lock

from connector_sdk.clock import SystemClock
from connector_sdk.http.connection import Connection
from connector_sdk.http.deadline import Deadline
from connector_sdk.http.dialling import Dialler
from connector_sdk.http.origin import Origin

MAX_IDLE_CONNECTIONS = 512
"""To all origins together; more are closed when they come back. A job type has as many slots on one machine: the calls
of one wave leave their connections to the next."""
MAX_IDLE_SECONDS = 4.0
"""An idle connection is used again for so long: Node.js, uvicorn and Apache close theirs after five."""
MAX_IDLE_SECONDS_ONCE = 1.0
"""The same for a POST or a PATCH: if the service closes the connection meanwhile, nobody knows whether it was done."""


class Pool:
    """Any number of threads may use it; each request has a connection of its own until its answer is closed."""

    def __init__(self, dialler: Dialler, context: ssl.SSLContext) -> None:
        self._dialler = dialler
        self._context = context
        self._lock = Lock()
        self._idle: dict[Origin, list[Connection]] = {}
        self._count = 0
        self._sweep_at = 0.0
        weakref.finalize(self, _close_all, self._idle)

    def connection(self, origin: Origin, seconds: float, deadline: Deadline, *, repeatable: bool) -> Connection:
        """A kept one, or a new one. Raises as the dialler does."""
        kept = self._take(origin, MAX_IDLE_SECONDS if repeatable else MAX_IDLE_SECONDS_ONCE)
        if kept is not None:
            return kept
        context = self._context if origin.scheme == "https" else None
        return Connection(self._dialler.connected(origin, context, seconds, deadline))

    def give_back(self, origin: Origin, connection: Connection) -> None:
        """Nobody uses it any more."""
        if not connection.is_idle:
            connection.close()
            return
        with self._lock:
            connection.idle_since = now = _now()
            dropped = self._expired(now)
            if self._count < MAX_IDLE_CONNECTIONS:
                self._idle.setdefault(origin, []).append(connection)
                self._count += 1
            else:
                dropped.append(connection)
        _close(dropped)

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

    def _expired(self, now: float) -> list[Connection]:
        """Now and then, what nobody has used for long: no more idle."""
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


def _now() -> float:
    return SystemClock().monotonic()


def _close_all(idle: dict[Origin, list[Connection]]) -> None:
    for connections in idle.values():
        _close(connections)
    idle.clear()


def _close(connections: Iterable[Connection]) -> None:
    for connection in connections:
        connection.close()
