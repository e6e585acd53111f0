from ipaddress import ip_network

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from connector_sdk.clock import ControlledClock
from connector_sdk.http import HttpClient, Sender
from connector_sdk.http.oauth import Tokens
from connector_sdk.http.transport import GuardedTransport

LOOPBACK = [ip_network("127.0.0.0/8")]


class Waits(list[float]):
    """Waits that are only written down."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def clock() -> ControlledClock:
    return ControlledClock(1_700_000_000_000)


@pytest.fixture
def client(waits: Waits, clock: ControlledClock) -> HttpClient:
    return HttpClient(Sender(GuardedTransport(LOOPBACK), clock=clock, pause=waits), Tokens(clock))


def requests(server: HTTPServer) -> list[Request]:
    return [request for request, _ in server.log]
