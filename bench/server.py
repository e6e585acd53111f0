"""A small HTTP server in a process of its own: what workers talk to must cost less than they do."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from devkit.testing.program import HOST

Answer = Callable[[str, bytes], tuple[float, bytes]]
"""From path and body to the seconds to wait and the whole answer."""
BACKLOG = 1024
"""Connections that wait to be accepted."""
STOP_SECONDS = 10
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def ok(body: bytes) -> bytes:
    """A whole answer with JSON in it."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def served(answer: Answer) -> Iterator[tuple[str, int]]:
    """Answer on a free port while the block runs; gives the address, and the id of the process."""
    listening = socket.create_server((HOST, 0), backlog=BACKLOG)
    process = multiprocessing.get_context("fork").Process(target=_run, args=(listening, answer), daemon=True)
    process.start()
    try:
        yield f"http://{HOST}:{listening.getsockname()[1]}", process.pid or 0
    finally:
        process.kill()
        process.join(STOP_SECONDS)
        listening.close()


def _run(listening: socket.socket, answer: Answer) -> None:
    asyncio.run(_serve(listening, answer))


async def _serve(listening: socket.socket, answer: Answer) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answer), sock=listening, backlog=BACKLOG)
    await server.serve_forever()


class _Connection(asyncio.Protocol):
    """A kept connection on which one request follows the other."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while True:
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            found = _LENGTH.search(head)
            length = int(found[1]) if found else 0
            if not end or len(rest) < length:
                return
            self._unread = rest[length:]
            seconds, content = self._answer(head.split(b" ", 2)[1].decode(), rest[:length])
            if seconds:
                asyncio.get_running_loop().call_later(seconds, self._write, content)
            else:
                self._write(content)

    def _write(self, content: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(content)
