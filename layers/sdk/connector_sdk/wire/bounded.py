"""A socket for http.client whose waits end by a deadline: bytes that come one by one do not begin the time anew."""

from __future__ import annotations

import io
import select
import socket
import ssl
from typing import TYPE_CHECKING

from connector_sdk.clock import SystemClock

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def within(seconds: float, deadline: float | None) -> float:
    """So many seconds, but not beyond the deadline (monotonic time). Raises TimeoutError when it is over."""
    if deadline is None:
        return seconds
    left = deadline - SystemClock().monotonic()
    if left <= 0:
        raise TimeoutError("the time for it is over")
    return min(seconds, left)


def has_something(connected: socket.socket) -> bool:
    """Whether an idle one has something to read: bytes that nobody asked for, or the other side's goodbye."""
    if isinstance(connected, ssl.SSLSocket) and connected.pending():
        return True  # decrypted already: the system knows nothing of it
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))


class BoundedSocket:
    """The part of a socket that http.client uses once it is connected."""

    def __init__(self, connected: socket.socket, seconds: float, deadline: float | None = None) -> None:
        self._socket = connected
        self.bound(seconds, deadline)

    def bound(self, seconds: float, deadline: float | None) -> None:
        """From now on wait so many seconds at most, each time, and never beyond the deadline."""
        self._seconds = seconds
        self._deadline = deadline
        self.is_over = False
        """Whoever reads on gets what is in a buffer already, and nothing of the socket."""

    def ready(self) -> socket.socket:
        """The socket, for one wait. Raises TimeoutError."""
        self._socket.settimeout(within(self._seconds, self._deadline))
        return self._socket

    def sendall(self, data: bytes) -> None:
        self.ready().sendall(data)

    def reader(self) -> io.BufferedReader:
        """For reading bytes while the socket is open."""
        return io.BufferedReader(_Reading(self))

    def makefile(self, mode: str) -> io.BufferedReader:
        """For reading bytes, whatever the mode says."""
        return io.BufferedReader(_File(self, self._socket.makefile("rb", buffering=0)))

    def has_something(self) -> bool:
        """Whether there is something to read, although nothing was asked."""
        return has_something(self._socket)

    def close(self) -> None:
        """The socket itself is closed when its files are, as Python's sockets have it."""
        self._socket.close()


class _Reading(io.RawIOBase):
    """Reads from the socket; before each read its time-out is what is left."""

    def __init__(self, bounded: BoundedSocket) -> None:
        self._bounded = bounded

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._bounded.is_over:
            return 0
        return self._bounded.ready().recv_into(buffer)


class _File(_Reading):
    """The same, holding a file of the socket's own, which keeps it open."""

    def __init__(self, bounded: BoundedSocket, held: io.RawIOBase) -> None:
        super().__init__(bounded)
        self._held = held

    def close(self) -> None:
        self._held.close()
        super().close()
