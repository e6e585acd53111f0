"""RabbitMQ as one whose confirmations are late: a wire to the real broker that keeps them back for a while."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
HEADER = struct.Struct(">BHI")
"""Type, channel and length of a frame of AMQP 0-9-1; its payload and an end byte come after (section 4.2.3)."""
METHOD = 1
BASIC_ACK = struct.pack(">HH", 60, 80)
GIVE_UP_SECONDS = 10


@contextmanager
def late_broker(port: int, seconds: float) -> Iterator[int]:
    """The port of a broker that confirms so much later than the one at `port`; for one connection."""
    gone = threading.Event()
    with socket.create_server((HOST, 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, port, lambda: gone.wait(seconds)))
        thread.start()
        yield listening.getsockname()[1]
        gone.set()
        thread.join(GIVE_UP_SECONDS)


def _serve(listening: socket.socket, port: int, pause: Callable[[], object]) -> None:
    listening.settimeout(GIVE_UP_SECONDS)
    client, _ = listening.accept()
    with client, socket.create_connection((HOST, port)) as broker:
        upwards = threading.Thread(target=_copy, args=(client, broker))
        upwards.start()
        _deliver(broker, client, pause)
        upwards.join(GIVE_UP_SECONDS)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while content := source.recv(65_536):
            target.sendall(content)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def _deliver(broker: socket.socket, client: socket.socket, pause: Callable[[], object]) -> None:
    """Frame by frame; pauses before each confirmation."""
    with broker.makefile("rb") as frames:
        try:
            while head := frames.read(HEADER.size):
                kind, _, length = HEADER.unpack(head)
                rest = frames.read(length + 1)
                if kind == METHOD and rest.startswith(BASIC_ACK):
                    pause()
                client.sendall(head + rest)
        except OSError:
            return
