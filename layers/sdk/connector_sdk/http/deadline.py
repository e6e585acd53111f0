"""How long one exchange may take in all: a server that sends a byte now and then must not hold a job for ever.

Time-outs count for each wait on the socket, as in Camunda's runtime; the deadline counts from the first dial to the
last byte, over redirects and a repeat as well. httpcore asks its streams to wait a number of seconds and knows no
deadline, so the streams look it up: the thread that sends a request also reads the answer.
"""

from __future__ import annotations

import ssl
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore

from connector_sdk.clock import Clock

LONGEST_SECONDS = 55.0
"""An exchange may last this long, or its two time-outs together if they are more; a connector's function has 60 s."""
LONGEST_UNBOUNDED_SECONDS = 900.0
"""The same for a task without a time-out (0); no function lives longer."""
WRITTEN_AT_ONCE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time at which waiting is over."""

    clock: Clock
    at: float
    """Seconds of the clock's monotonic time."""

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        return cls(clock, clock.monotonic() + seconds)

    def bound(self, timeout: float | None, passed: type[Exception]) -> float:
        """A time-out that ends with the deadline. Raises `passed` when it is over."""
        seconds = self.at - self.clock.monotonic()
        if seconds <= 0:
            raise passed("it takes too long in all")
        return seconds if timeout is None else min(timeout, seconds)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def longest(connect_seconds: float, read_seconds: float) -> float:
    """Seconds that an exchange with these time-outs may take; 0 is none."""
    if not connect_seconds or not read_seconds:
        return LONGEST_UNBOUNDED_SECONDS
    return max(LONGEST_SECONDS, connect_seconds + read_seconds)


class Until:
    """A block in which no wait of this thread's streams lasts beyond the deadline."""

    __slots__ = ("_deadline", "_token")

    def __init__(self, deadline: Deadline | None) -> None:
        self._deadline = deadline

    def __enter__(self) -> None:
        self._token = _current.set(self._deadline)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def bound(timeout: float | None, passed: type[Exception]) -> float | None:
    """A time-out that ends with the deadline of this thread's exchange, if it has one. Raises `passed`."""
    deadline = _current.get()
    return timeout if deadline is None else deadline.bound(timeout, passed)


class BoundedStream(httpcore.NetworkStream):
    """A connection whose waits end by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, bound(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITTEN_AT_ONCE):
            piece = buffer[start : start + WRITTEN_AT_ONCE]
            self._stream.write(piece, bound(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            seconds = bound(timeout, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            self.close()  # as httpcore does when a handshake fails
            raise
        return BoundedStream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
