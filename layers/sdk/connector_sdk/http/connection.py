"""One kept-alive connection to a service; its messages are `wire.messages`."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from http.client import HTTPException, IncompleteRead, RemoteDisconnected

from connector_sdk.http.deadline import Deadline
from connector_sdk.http.faults import BrokenOff, NotTaken
from connector_sdk.http.request import Outgoing
from connector_sdk.http.stream import WRITTEN_AT_ONCE, Stream
from connector_sdk.wire.messages import Head, read_head, read_pieces

READ_BYTES = 8 * 1024
"""Enough for a head; a content is read past the buffer, which each idle connection keeps."""


class Connection:
    """Open, for one request at a time."""

    def __init__(self, connected: socket.socket) -> None:
        self._stream = Stream(connected)
        self._answer = io.BufferedReader(self._stream, READ_BYTES)
        self.idle_since = 0.0
        """When the pool got it back, in seconds of its clock."""
        self.is_idle = False
        """Whether the last answer was read to its end, and the service keeps the connection."""

    def send(self, request: Outgoing, seconds: float, deadline: Deadline) -> tuple[Head, Iterator[bytes]]:
        """The head of the answer, and its content in pieces. Raises Fault, and is then closed."""
        self.is_idle = False
        self._stream.begin(seconds, deadline)
        try:
            is_taken = self._write(request.head, request.content)
            found = read_head(self._answer, request.method)
        except BaseException as error:
            self._give_up(error)
            raise
        return found, self._content(found, keeps=is_taken and not (found.closes or request.closes))

    def has_ended(self) -> bool:
        """Whether the service has closed it, or has said something that nobody asked for."""
        return self._stream.has_something()

    def close(self) -> None:
        self.is_idle = False
        self._stream.close()

    def _write(self, head: bytes, content: bytes) -> bool:
        """Whether the service took it whole: it may refuse a long request before it has read all of it."""
        try:
            if len(content) <= WRITTEN_AT_ONCE:
                self._stream.send(head + content)
            else:
                self._stream.send(head)
                self._stream.send(content)
        except NotTaken:
            return False
        return True

    def _content(self, head: Head, *, keeps: bool) -> Iterator[bytes]:
        try:
            yield from read_pieces(self._answer, head)
        except BaseException as error:
            self._give_up(error)
            raise
        self._stream.end()
        if keeps and not self._answer.peek():  # else it has said more than it was asked
            self.is_idle = True

    def _give_up(self, error: BaseException) -> None:
        """Close it. Raises BrokenOff for an answer that is none."""
        self.close()
        if isinstance(error, HTTPException):
            raise BrokenOff(_fault(error)) from error


def _fault(error: HTTPException) -> str:
    if isinstance(error, RemoteDisconnected):
        return "the service closed the connection without an answer"
    return "the answer broke off" if isinstance(error, IncompleteRead) else str(error)
