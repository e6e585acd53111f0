"""One kept-alive connection to a service: httpcore dials it, its messages are `wire.messages`.

httpcore's own goes through a state machine for each part of a message, which is half of what a small request costs.
"""

from __future__ import annotations

import io
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING

import httpcore

from connector_sdk.http.deadline import WRITTEN_AT_ONCE
from connector_sdk.wire.messages import Fields, Head, read_head, read_pieces, request_head

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_IDLE_SECONDS = 4.0
"""An idle connection is used again for so long: Node.js, uvicorn and Apache close theirs after five."""
MAX_IDLE_SECONDS_ONCE = 1.0
"""The same for a POST or a PATCH: if the service closes the connection meanwhile, nobody knows whether it was done."""
REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
READ_BYTES = 64 * 1024
PORTS = {b"http": 80, b"https": 443}
ALPN = ["http/1.1"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What connections are shared by."""

    scheme: bytes
    host: bytes
    port: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes over the wire."""

    method: bytes
    target: bytes
    fields: Fields
    content: bytes
    timeouts: Mapping[str, float | None]
    """Seconds for `connect`, `read` and `write`; None: as long as the deadline lets it."""

    @property
    def max_idle_seconds(self) -> float:
        """How long a connection may have been idle to be used for it."""
        return MAX_IDLE_SECONDS if self.method.decode() in REPEATABLE_METHODS else MAX_IDLE_SECONDS_ONCE


class Connection:
    """Open, for one request at a time."""

    def __init__(
        self,
        origin: Origin,
        context: ssl.SSLContext,
        backend: httpcore.NetworkBackend,
        connect_seconds: float | None,
    ) -> None:
        """Dial. Raises as the backend does."""
        host = origin.host.decode("ascii")
        self._stream = backend.connect_tcp(host, origin.port, connect_seconds)
        if origin.scheme == b"https":
            context.set_alpn_protocols(ALPN)
            self._stream = self._stream.start_tls(context, host, connect_seconds)
        self.idle_since = 0.0
        """When the pool got it back, in seconds of its clock."""
        self.is_idle = False
        """Whether the last answer was read to its end, and the service keeps the connection."""

    def send(self, request: Outgoing) -> tuple[Head, Iterator[bytes]]:
        """The head of the answer, and its content in pieces. Raises as httpcore does, and is then closed."""
        self.is_idle = False
        try:
            head = request_head(request.method, request.target, request.fields)
        except (ValueError, HTTPException) as error:
            self.close()
            raise httpcore.LocalProtocolError(str(error)) from error
        with self._closed_by_errors():
            with suppress(httpcore.WriteError):  # a service may refuse a long request before it has read all of it
                self._write(head, request)
            reading = _Reading(self._stream, request.timeouts.get("read"))
            answer = io.BufferedReader(reading, READ_BYTES)
            found = read_head(answer, request.method)
        keeps = not found.closes and not _closes(request.fields)
        return found, self._content(answer, reading, found, keeps=keeps)

    def has_ended(self) -> bool:
        """Whether the service has closed it, or has said something that nobody asked for."""
        return bool(self._stream.get_extra_info("is_readable"))

    def close(self) -> None:
        self.is_idle = False
        self._stream.close()

    def _write(self, head: bytes, request: Outgoing) -> None:
        seconds = request.timeouts.get("write")
        if len(request.content) <= WRITTEN_AT_ONCE:
            self._stream.write(head + request.content, seconds)
        else:
            self._stream.write(head, seconds)
            self._stream.write(request.content, seconds)

    def _content(
        self, answer: io.BufferedReader[_Reading], reading: _Reading, head: Head, *, keeps: bool
    ) -> Iterator[bytes]:
        with self._closed_by_errors():
            yield from read_pieces(answer, head)
        reading.is_over = True
        if keeps and not answer.peek():  # else it has said more than it was asked
            self.is_idle = True

    @contextmanager
    def _closed_by_errors(self) -> Iterator[None]:
        try:
            yield
        except HTTPException as error:
            self.close()
            raise httpcore.RemoteProtocolError(_fault(error)) from error
        except BaseException:
            self.close()
            raise


class _Reading(io.RawIOBase):
    """What a stream brings, as a file."""

    def __init__(self, stream: httpcore.NetworkStream, seconds: float | None) -> None:
        self._stream = stream
        self._seconds = seconds
        self.is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        content = b"" if self.is_over else self._stream.read(len(view), self._seconds)
        view[: len(content)] = content
        return len(content)


def _fault(error: Exception) -> str:
    if isinstance(error, RemoteDisconnected):
        return "the service closed the connection without an answer"
    return "the answer broke off" if isinstance(error, IncompleteRead) else str(error)


def _closes(fields: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"connection" and b"close" in value.lower() for name, value in fields)
