"""A session with a mail server ends, however slowly the server answers."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from ipaddress import ip_network
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.errors import ConnectorError
from connector_sdk.mail.imap import logged_in
from connector_sdk.mail.server import LONGEST_SECONDS, UNREACHABLE, WAIT_SECONDS, Encryption, Server
from devkit.testing.trickle import trickling
from functions.outbound.email.connection import pop3, smtp

STEP_SECONDS = 5
"""Less than what is waited for an answer: the server is never silent for long."""
GREETINGS: Mapping[Callable[..., AbstractContextManager[Any]], bytes] = {
    logged_in: b"* OK ready" + b"." * 40 + b"\r\n",
    pop3: b"+OK ready" + b"." * 40 + b"\r\n",
    smtp: b"220 ready" + b"." * 40 + b"\r\n",
}
OVER = "the time for it is over"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ControlledClock:
    """The clock of every deadline; the waits themselves are the machine's."""
    clock = ControlledClock(1_700_000_000_000)
    for module in ("wire.bounded", "wire.dial", "mail.server"):
        monkeypatch.setattr(f"connector_sdk.{module}.SystemClock", lambda: clock)
    return clock


@pytest.mark.parametrize("session", GREETINGS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("slow_bytes", "over"), [(10, False), (12, True)])
def test_a_greeting_that_comes_byte_by_byte_is_waited_for_until_the_time_is_over(
    clock: ControlledClock, session: Callable[..., AbstractContextManager[Any]], slow_bytes: int, over: bool
) -> None:
    greeting = GREETINGS[session]
    sent, then = greeting[:-slow_bytes], greeting[-slow_bytes:]
    assert STEP_SECONDS < WAIT_SECONDS
    assert (10 * STEP_SECONDS < LONGEST_SECONDS, 11 * STEP_SECONDS < LONGEST_SECONDS) == (True, False)

    with trickling(clock, STEP_SECONDS * 1000, sent, then, greets=True) as address:
        host, _, port = address.removeprefix("http://").strip("/").partition(":")
        server = Server(host, int(port), Encryption.NONE)
        with pytest.raises(ConnectorError) as error, session(server, ("a", "b"), [ip_network("127.0.0.0/8")]):
            pass

    assert (OVER in error.value.message) is over
    if over:
        assert error.value.code == UNREACHABLE
