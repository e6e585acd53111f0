"""A connected socket as a file, whose waits end by the deadline of the exchange that it is used for."""

from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING

from connector_sdk.http.deadline import Deadline
from connector_sdk.http.faults import BrokenOff, NotTaken, TimedOut
from connector_sdk.wire.bounded import has_something

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

WRITTEN_AT_ONCE = 64 * 1024


class Stream(io.RawIOBase):
    """For one exchange after the other."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._limit = connected.gettimeout()
        self._seconds = 0.0
        self._deadline: Deadline
        self._is_over = True

    def begin(self, seconds: float, deadline: Deadline) -> None:
        """An exchange: each wait lasts so many seconds at most (0: any), none lasts beyond the deadline."""
        self._seconds, self._deadline, self._is_over = seconds, deadline, False

    def end(self) -> None:
        """The exchange is over: whoever reads on gets what is in a buffer already, and nothing of the socket."""
        self._is_over = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._is_over:
            return 0
        self._bound()
        try:
            return self._socket.recv_into(buffer)
        except TimeoutError as error:
            raise TimedOut(str(error)) from error
        except OSError as error:
            raise BrokenOff(str(error)) from error

    def send(self, content: bytes) -> None:
        """All of it, in pieces, or a slow service would have one wait for each. Raises TimedOut, NotTaken."""
        for start in range(0, len(content), WRITTEN_AT_ONCE):
            self._bound()
            try:
                self._socket.sendall(content[start : start + WRITTEN_AT_ONCE])
            except TimeoutError as error:
                raise TimedOut(str(error)) from error
            except OSError as error:
                raise NotTaken(str(error)) from error

    def has_something(self) -> bool:
        """Whether there is something to read: bytes that nobody asked for, or the service's goodbye."""
        return has_something(self._socket)

    def close(self) -> None:
        self._socket.close()
        super().close()

    def _bound(self) -> None:
        seconds = self._deadline.bound(self._seconds)
        if seconds != self._limit:  # it costs a call of the system
            self._socket.settimeout(seconds)
            self._limit = seconds
