"""A service that sends byte by byte: never silent for long, and never done."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from connector_sdk.clock import ControlledClock

HOST = "127.0.0.1"
GIVE_UP_SECONDS = 10
"""A client that is gone is noticed sooner; this is for tests that fail."""


@contextmanager
def trickling(clock: ControlledClock, step_ms: int, sent: bytes, then: bytes, *, greets: bool = False) -> Iterator[str]:
    """The address of a service for one request: it sends a part at once, then a byte at each step of the clock.

    One that `greets` does not wait for the request.
    """
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, clock, step_ms, sent, then, greets))
        thread.start()
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}/"
        finally:
            thread.join(GIVE_UP_SECONDS)


def _serve(
    listener: socket.socket, clock: ControlledClock, step_ms: int, sent: bytes, then: bytes, greets: bool
) -> None:
    listener.settimeout(GIVE_UP_SECONDS)
    try:
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(GIVE_UP_SECONDS)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not greets:
                accepted.recv(65536)
            accepted.sendall(sent)
            for byte in then:
                clock.advance(step_ms)
                accepted.sendall(bytes([byte]))
            accepted.recv(1)  # until the other side has had enough
    except OSError:
        return
