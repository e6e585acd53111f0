"""An exchange ends, however slowly a service answers."""

import socket

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.http import HttpClient, Sender, Timeout
from connector_sdk.http.deadline import (
    LONGEST_SECONDS,
    LONGEST_UNBOUNDED_SECONDS,
    longest,
)
from connector_sdk.http.transport import GuardedTransport
from devkit.testing.trickle import trickling
from tests.http.conftest import LOOPBACK

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4000\r\n"
STEP_MS = 9_000
"""Less than any time-out: the service is never silent for long."""


@pytest.mark.parametrize(
    ("sent", "then"),
    [(HEAD + b"\r\n", b"x" * 4000), (HEAD, b"X-More: " + b"y" * 60_000), (b"", HEAD + b"X: " + b"y" * 60_000)],
    ids=["content", "headers", "status line"],
)
def test_an_answer_that_comes_byte_by_byte_is_given_up(sent: bytes, then: bytes) -> None:
    clock = ControlledClock(1_700_000_000_000)
    client = HttpClient(Sender(GuardedTransport(LOOPBACK), clock=clock))
    with trickling(clock, STEP_MS, sent, then) as address, pytest.raises(Timeout) as error:
        client.post(address, connect_seconds=20, read_seconds=20)
    client.close()
    assert (error.value.code, error.value.incident.partition("127")[0]) == ("408", "no answer in time from POST ")


@pytest.mark.parametrize(
    ("connect", "read", "seconds"),
    [
        (20, 20, LONGEST_SECONDS),
        (25, 30, LONGEST_SECONDS),
        (25, 31, 56),
        (20, 300, 320),
        (0, 20, LONGEST_UNBOUNDED_SECONDS),
        (20, 0, LONGEST_UNBOUNDED_SECONDS),
    ],
)
def test_an_exchange_may_take_a_named_time_or_its_own_time_outs(connect: float, read: float, seconds: float) -> None:
    assert longest(connect, read) == seconds


class Leaping(ControlledClock):
    """Every look at it takes half a minute."""

    def monotonic(self) -> float:
        self.advance(30_000)
        return super().monotonic()


def test_a_connection_whose_time_is_over_before_tls_is_closed() -> None:
    client = HttpClient(Sender(GuardedTransport(LOOPBACK), clock=Leaping(1_700_000_000_000)))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with pytest.raises(Timeout):
            client.get(f"https://127.0.0.1:{listening.getsockname()[1]}/")
        accepted, _ = listening.accept()
        with accepted:
            accepted.settimeout(20)
            assert accepted.recv(1) == b""
