"""An answer whose head has come, and whose content is still to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connector_sdk.http.content_coding import UnreadableContent, decoded
from connector_sdk.http.faults import TooLarge, Unreadable
from connector_sdk.http.response import Headers
from connector_sdk.wire.messages import Head


class Incoming:
    """Whoever has it reads it or not, and closes it: its connection is then free for others."""

    def __init__(
        self,
        url: str,
        answer: tuple[Head, Iterator[bytes]],
        limit: int,
        done: Callable[[], None],
    ) -> None:
        """`answer` is what the connection has sent; a content of more than `limit` bytes is not read."""
        head, self._pieces = answer
        self.url = url
        """What was asked for, as HTTP writes it."""
        self.status = head.status
        self.reason = head.reason.decode("latin-1")
        self.headers = Headers(head.fields)
        self._length = head.length or 0
        self._limit = limit
        self._done: Callable[[], None] | None = done

    def read(self) -> bytes:
        """The content, decompressed. Raises Fault: TooLarge, Unreadable, or what the connection raises."""
        if self._length > self._limit:
            raise TooLarge(self._limit)
        codings = [coding for value in self.headers.values_of("content-encoding") for coding in value.split(",")]
        content, size = [], 0
        try:
            for piece in decoded(self._pieces, codings):
                size += len(piece)
                if size > self._limit:
                    raise TooLarge(self._limit)
                content.append(piece)
        except UnreadableContent as error:
            raise Unreadable(str(error)) from error
        return b"".join(content)

    def close(self) -> None:
        """Give the connection back, if all was read, or close it."""
        done, self._done = self._done, None
        if done is not None:
            done()
