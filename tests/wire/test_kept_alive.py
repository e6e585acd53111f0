"""Which idle connections are used again: how old they may be, how many there are, and what follows when one is gone."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.wire import connection
from connector_sdk.wire.connection import (
    MAX_IDLE_CONNECTIONS,
    MAX_IDLE_SECONDS,
    MAX_IDLE_SECONDS_ONCE,
    Connections,
)
from devkit.testing.certificate import self_signed

WAIT_SECONDS = 20
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Service:
    """Answers with `ok` on any number of connections; `end` is done to the first one after its answer."""

    def __init__(self, tls: ssl.SSLContext | None = None, end: Callable[[socket.socket], object] | None = None) -> None:
        self.connections = 0
        self.hold: threading.Barrier | None = None
        """Nobody is answered before so many requests are there."""
        self.is_read = threading.Event()
        """Set when the first answer was read, and its connection may be ended."""
        self.ended = threading.Event()
        self._tls = tls
        self._end = end
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.address = f"http{'s' if tls else ''}://localhost:{self._listening.getsockname()[1]}"
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
                threading.Thread(target=self._serve, args=(accepted, self.connections), daemon=True).start()

    def _serve(self, accepted: socket.socket, number: int) -> None:
        with suppress(OSError):
            connected = accepted if self._tls is None else self._tls.wrap_socket(accepted, server_side=True)
            with connected:
                while connected.recv(65536):
                    if self.hold is not None:
                        self.hold.wait(WAIT_SECONDS)
                    connected.sendall(OK)
                    if self._end is not None and number == 1:
                        assert self.is_read.wait(WAIT_SECONDS)
                        self._end(connected)
                        break
        self.ended.set()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ControlledClock:
    clock = ControlledClock(1_700_000_000_000)
    monkeypatch.setattr(connection, "SystemClock", lambda: clock)
    return clock


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


def post(connections: Connections, *, repeatable: bool = False) -> bytes:
    return connections.request("POST", "/", body=b"{}", read_timeout=WAIT_SECONDS, repeatable=repeatable).body


@pytest.mark.parametrize(
    ("repeatable", "seconds"), [(True, MAX_IDLE_SECONDS), (False, MAX_IDLE_SECONDS_ONCE)], ids=["repeatable", "once"]
)
def test_a_connection_is_used_again_until_it_is_too_old_for_the_request(
    clock: ControlledClock, service: Service, repeatable: bool, seconds: float
) -> None:
    connections = Connections(service.address)
    post(connections)
    clock.advance(int(seconds * 1000))
    post(connections, repeatable=repeatable)
    assert service.connections == 1
    clock.advance(int(seconds * 1000) + 1)
    post(connections, repeatable=repeatable)
    assert service.connections == 2


def test_what_is_too_old_for_one_request_is_left_to_others(clock: ControlledClock, service: Service) -> None:
    connections = Connections(service.address)
    post(connections)
    clock.advance(int(MAX_IDLE_SECONDS_ONCE * 1000) + 1)
    service.hold = threading.Barrier(2)
    second = threading.Thread(target=post, args=(connections,), daemon=True)
    second.start()
    post(connections, repeatable=True)
    second.join(WAIT_SECONDS)
    assert service.connections == 2


def test_connections_that_are_too_old_are_closed_when_another_one_becomes_idle(
    clock: ControlledClock, service: Service
) -> None:
    connections = Connections(service.address)
    post(connections)
    clock.advance(int(MAX_IDLE_SECONDS * 1000) + 1)
    post(connections)
    assert service.ended.wait(WAIT_SECONDS)


def test_of_more_idle_connections_than_are_kept_one_is_closed(service: Service) -> None:
    connections = Connections(service.address)
    together(connections, service, MAX_IDLE_CONNECTIONS)
    assert not service.ended.is_set()
    together(connections, service, MAX_IDLE_CONNECTIONS + 1)
    assert service.ended.wait(WAIT_SECONDS)
    assert service.connections == MAX_IDLE_CONNECTIONS + 1


def together(connections: Connections, service: Service, count: int) -> None:
    service.hold = threading.Barrier(count)
    threads = [threading.Thread(target=post, args=(connections,), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)


def _says_goodbye(connected: socket.socket) -> None:
    assert isinstance(connected, ssl.SSLSocket)
    connected.settimeout(0.1)
    with suppress(OSError):
        connected.unwrap()


def _resets(connected: socket.socket) -> None:
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


ENDS = [
    pytest.param(_says_goodbye, id="with a goodbye"),
    pytest.param(socket.socket.fileno, id="without one"),
    pytest.param(_resets, id="by a reset"),
]


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The service's; clients trust it, and none sees that an idle connection has ended, as after a freeze."""
    files = self_signed().write(tmp_path, "service")
    monkeypatch.setattr(connection, "_tls", lambda: ssl.create_default_context(cafile=str(files.chain)))
    monkeypatch.setattr(connection, "_readable", lambda _: False)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.both)
    return context


@pytest.mark.parametrize("end", ENDS)
def test_a_repeatable_request_is_sent_again_when_tls_has_ended(
    certificates: ssl.SSLContext, end: Callable[[socket.socket], object]
) -> None:
    service = Service(certificates, end)
    connections = Connections(service.address)
    post(connections)
    service.is_read.set()
    assert service.ended.wait(WAIT_SECONDS)
    assert post(connections, repeatable=True) == b"ok"
    assert service.connections == 2
    service.close()


@pytest.mark.parametrize("end", ENDS)
def test_a_request_that_may_not_be_repeated_is_lost_with_its_connection(
    certificates: ssl.SSLContext, end: Callable[[socket.socket], object]
) -> None:
    service = Service(certificates, end)
    connections = Connections(service.address)
    post(connections)
    service.is_read.set()
    assert service.ended.wait(WAIT_SECONDS)
    with pytest.raises(ConnectionError):
        post(connections)
    assert service.connections == 1
    service.close()
