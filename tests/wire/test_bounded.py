"""What comes byte by byte does not outlast its deadline."""

import socket
import threading
from ipaddress import ip_network

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.wire import bounded
from connector_sdk.wire.connection import Connections
from connector_sdk.wire.fetch import LONGEST_SECONDS, fetch
from devkit.testing.trickle import GIVE_UP_SECONDS, trickling

STEP_MS = 2_000
"""Less than any time-out."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n"
ANSWERS = [
    pytest.param(HEAD + b"\r\n", b"x" * 60_000, id="content"),
    pytest.param(HEAD, b"X-More: " + b"y" * 60_000, id="headers"),
    pytest.param(b"", HEAD, id="status line"),
]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ControlledClock:
    """The clock of every deadline; the waits themselves are the machine's."""
    clock = ControlledClock(1_700_000_000_000)
    for module in ("bounded", "connection", "dial", "fetch"):
        monkeypatch.setattr(f"connector_sdk.wire.{module}.SystemClock", lambda: clock)
    return clock


@pytest.mark.parametrize(("sent", "then"), ANSWERS)
def test_a_request_with_a_deadline_ends_by_it(clock: ControlledClock, sent: bytes, then: bytes) -> None:
    with trickling(clock, STEP_MS, sent, then) as address:
        connections = Connections(address)
        with pytest.raises(TimeoutError):
            connections.request("GET", "/", read_timeout=3, deadline=clock.monotonic() + 30)


@pytest.mark.parametrize(("sent", "then"), ANSWERS)
def test_a_key_set_is_not_waited_for_longer_than_the_named_time(
    clock: ControlledClock, sent: bytes, then: bytes
) -> None:
    with trickling(clock, STEP_MS, sent, then) as address, pytest.raises(TimeoutError):
        fetch(address, [ip_network("127.0.0.0/8")])
    assert clock.monotonic() >= LONGEST_SECONDS


def test_a_time_out_is_cut_by_the_deadline_and_none_is_left_after_it(clock: ControlledClock) -> None:
    assert bounded.within(3.0, None) == 3.0
    assert bounded.within(3.0, clock.monotonic() + 2.0) == 2.0
    with pytest.raises(TimeoutError, match="the time for it is over"):
        bounded.within(3.0, clock.monotonic())


@pytest.mark.parametrize(
    ("head", "content", "length"),
    [("Content-Length: 2", b"ok", 2), ("Transfer-Encoding: chunked", b"2\r\nok\r\n0\r\n\r\n", None)],
)
def test_an_answer_may_wait_before_it_is_read_and_that_time_does_not_count(
    clock: ControlledClock, head: str, content: bytes, length: int | None
) -> None:
    told: list[int | None] = []
    room = threading.Event()

    def serve() -> None:
        accepted, _ = listener.accept()
        with accepted:
            accepted.recv(65536)
            accepted.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
            assert room.wait(GIVE_UP_SECONDS)
            accepted.sendall(content)

    def arriving(size: int | None) -> None:
        told.append(size)
        clock.advance(60_000)
        room.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=serve)
        serving.start()
        connections = Connections(f"http://127.0.0.1:{listener.getsockname()[1]}")
        answer = connections.request("GET", "/", deadline=clock.monotonic() + 30, arriving=arriving)
        serving.join(GIVE_UP_SECONDS)
    assert (answer.body, told) == (b"ok", [length])
