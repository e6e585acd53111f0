"""The service that jobs call: answers at once, in a process of its own, and counts."""

from __future__ import annotations

import multiprocessing
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"value": 42}'


@dataclass(frozen=True, slots=True)
class Target:
    """A running service."""

    address: str
    _calls: Any

    def calls(self) -> int:
        """Answered so far."""
        with self._calls.get_lock():
            return int(self._calls.value)


@contextmanager
def target() -> Iterator[Target]:
    """Answer GETs on a free port of 127.0.0.1 while the block runs."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    calls = multiprocessing.Value("q", 0)
    process = multiprocessing.Process(target=_serve, args=(listening, calls), daemon=True)
    process.start()
    try:
        yield Target(f"http://127.0.0.1:{listening.getsockname()[1]}/answer", calls)
    finally:
        process.kill()
        process.join()
        listening.close()


def _serve(listening: socket.socket, calls: Any) -> None:
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_answer, args=(connection, calls), daemon=True).start()


def _answer(connection: socket.socket, calls: Any) -> None:
    unread = b""
    with connection, suppress(ConnectionError):
        while received := connection.recv(65536):
            unread += received
            while b"\r\n\r\n" in unread:  # a GET has no body
                unread = unread.partition(b"\r\n\r\n")[2]
                with calls.get_lock():
                    calls.value += 1
                connection.sendall(ANSWER)
