"""Which idle connections are used again: how old they may be, how many there are, and what follows when one is gone."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.wire import connection
from connector_sdk.wire.bounded import BoundedSocket
from connector_sdk.wire.connection import (
    MAX_IDLE_CONNECTIONS,
    MAX_IDLE_SECONDS,
    MAX_IDLE_SECONDS_ONCE,
    Connections,
    NotConnected,
)
from devkit.testing.certificate import self_signed
from tests.counting_service import ANSWER, WAIT_SECONDS, CountingService, nothing, together


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ControlledClock:
    clock = ControlledClock(1_700_000_000_000)
    monkeypatch.setattr(connection, "SystemClock", lambda: clock)
    return clock


@pytest.fixture
def service() -> Iterator[CountingService]:
    service = CountingService()
    yield service
    service.close()


def post(connections: Connections, *, repeatable: bool = False) -> bytes:
    return connections.request("POST", "/", body=b"{}", read_timeout=WAIT_SECONDS, repeatable=repeatable).body


@pytest.mark.parametrize(
    ("repeatable", "seconds"), [(True, MAX_IDLE_SECONDS), (False, MAX_IDLE_SECONDS_ONCE)], ids=["repeatable", "once"]
)
def test_a_connection_is_used_again_until_it_is_too_old_for_the_request(
    clock: ControlledClock, service: CountingService, repeatable: bool, seconds: float
) -> None:
    connections = Connections(service.address)
    post(connections)
    clock.advance(int(seconds * 1000))
    post(connections, repeatable=repeatable)
    assert service.connections == 1
    clock.advance(int(seconds * 1000) + 1)
    post(connections, repeatable=repeatable)
    assert service.connections == 2


def test_what_is_too_old_for_one_request_is_left_to_others(clock: ControlledClock, service: CountingService) -> None:
    connections = Connections(service.address)
    post(connections)
    clock.advance(int(MAX_IDLE_SECONDS_ONCE * 1000) + 1)
    service.hold = threading.Barrier(2)
    together(2, lambda number: post(connections, repeatable=bool(number)))
    assert service.connections == 2


def test_connections_that_are_too_old_are_closed_when_another_one_becomes_idle(
    clock: ControlledClock, service: CountingService
) -> None:
    connections = Connections(service.address)
    post(connections)
    clock.advance(int(MAX_IDLE_SECONDS * 1000) + 1)
    post(connections)
    assert service.ended.acquire(timeout=WAIT_SECONDS)


def test_of_more_idle_connections_than_are_kept_one_is_closed(service: CountingService) -> None:
    connections = Connections(service.address)
    ask(connections, service, MAX_IDLE_CONNECTIONS)
    assert not service.ended.acquire(blocking=False)
    ask(connections, service, MAX_IDLE_CONNECTIONS + 1)
    assert service.ended.acquire(timeout=WAIT_SECONDS)
    assert service.connections == MAX_IDLE_CONNECTIONS + 1


def ask(connections: Connections, service: CountingService, count: int) -> None:
    service.hold = threading.Barrier(count)
    together(count, lambda _: post(connections))


def test_a_connection_that_cannot_be_set_up_is_closed(
    service: CountingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: socket.socket) -> None:
        raise OSError("no such option")

    monkeypatch.setattr(connection, "_keep_alive", refuse)
    with pytest.raises(NotConnected, match="no such option"):
        post(Connections(service.address))
    assert service.ended.acquire(timeout=WAIT_SECONDS)


def test_a_name_that_nobody_can_look_up_is_no_connection() -> None:
    with pytest.raises(NotConnected):
        post(Connections("http://a..b"))


def _says_goodbye(connected: socket.socket) -> None:
    assert isinstance(connected, ssl.SSLSocket)
    connected.settimeout(0.1)
    with suppress(OSError):
        connected.unwrap()


def _resets(connected: socket.socket) -> None:
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


ENDS = [
    pytest.param(_says_goodbye, id="with a goodbye"),
    pytest.param(nothing, id="without one"),
    pytest.param(_resets, id="by a reset"),
]


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The service's; clients trust it."""
    files = self_signed().write(tmp_path, "service")
    monkeypatch.setattr(connection, "_tls", lambda: ssl.create_default_context(cafile=str(files.chain)))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.both)
    return context


LONG = ANSWER.replace(b"2\r\n\r\nok", b"10000\r\n\r\n" + b"x" * 10_000)


@pytest.mark.parametrize("answer", [ANSWER, LONG], ids=["short", "long"])
@pytest.mark.parametrize("is_secured", [False, True], ids=["in clear", "over TLS"])
def test_what_comes_after_an_answer_is_not_the_next_one(
    certificates: ssl.SSLContext, *, is_secured: bool, answer: bytes
) -> None:
    service = CountingService(certificates if is_secured else None)
    service.answer = answer + answer.replace(b"x", b"y").replace(b"ok", b"no")[:6_000]
    connections = Connections(service.address)
    content = answer.partition(b"\r\n\r\n")[2]
    assert [post(connections) for _ in range(2)] == [content, content]
    assert service.connections == 2
    service.close()


@pytest.fixture(params=ENDS)
def ended(
    request: pytest.FixtureRequest, certificates: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[CountingService, Connections]]:
    """A connection that was used once, and then ended by the service: no client sees that, as after a freeze."""
    monkeypatch.setattr(BoundedSocket, "has_something", lambda _: False)
    service, is_read = CountingService(certificates), threading.Event()

    def end(connected: socket.socket) -> None:
        assert is_read.wait(WAIT_SECONDS)
        request.param(connected)

    service.end = end
    connections = Connections(service.address)
    post(connections)
    is_read.set()
    assert service.ended.acquire(timeout=WAIT_SECONDS)
    service.end = None
    yield service, connections
    service.close()


def test_a_repeatable_request_is_sent_again_when_tls_has_ended(ended: tuple[CountingService, Connections]) -> None:
    service, connections = ended
    assert post(connections, repeatable=True) == b"ok"
    assert service.connections == 2


def test_a_request_that_may_not_be_repeated_is_lost_with_its_connection(
    ended: tuple[CountingService, Connections],
) -> None:
    service, connections = ended
    with pytest.raises(ConnectionError):
        post(connections)
    assert service.connections == 1
