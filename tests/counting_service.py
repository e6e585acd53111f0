"""A service that answers whatever it is asked, keeps its connections, and counts them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

WAIT_SECONDS = 20
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
End = Callable[[socket.socket], object]


class CountingService:
    """Answers with `ok` on any number of connections."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.answer = ANSWER
        self.hold: threading.Barrier | None = None
        """Nobody is answered before so many requests are there."""
        self.end: End | None = None
        """What is done to a connection after an answer, before it is closed unannounced; None: it is kept."""
        self.ended = threading.Semaphore(0)
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = int(self._listening.getsockname()[1])
        self.address = f"http{'s' if tls else ''}://localhost:{self.port}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _ = self._listening.accept()
                accepted.settimeout(WAIT_SECONDS)
                self.connections += 1
                threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        with suppress(OSError):
            connected = accepted if self._tls is None else self._tls.wrap_socket(accepted, server_side=True)
            with connected:
                while connected.recv(65536):
                    if self.hold is not None:
                        self.hold.wait(WAIT_SECONDS)
                    connected.sendall(self.answer)
                    if self.end is not None:
                        self.end(connected)
                        break
        self.ended.release()


def nothing(connected: socket.socket) -> None:
    """An end that is no more than the closing."""


def together(count: int, call: Callable[[int], object]) -> None:
    """So many calls at once, each with its number."""
    threads = [threading.Thread(target=call, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
