"""Connections are kept for the next request to the same origin, and each request has one of its own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.http import HttpClient, ProtocolError, Unreachable, pool
from connector_sdk.http.connection import Connection
from connector_sdk.http.deadline import Deadline
from connector_sdk.http.request import Request, outgoing
from connector_sdk.http.tls import ClientTls
from devkit.testing.certificate import self_signed
from tests.counting_service import ANSWER, WAIT_SECONDS, CountingService, nothing, together


@pytest.fixture
def service() -> Iterator[CountingService]:
    service = CountingService()
    yield service
    service.close()


def test_one_request_after_the_other_needs_one_connection(client: HttpClient, service: CountingService) -> None:
    assert [client.get(service.address).text for _ in range(3)] == ["ok", "ok", "ok"]
    assert service.connections == 1


def test_two_hundred_requests_at_once_wait_for_no_connection(client: HttpClient, service: CountingService) -> None:
    service.hold = threading.Barrier(200)
    answers: list[str] = []
    together(200, lambda _: answers.append(client.get(service.address).text))
    assert answers == ["ok"] * 200
    assert service.connections == 200


def test_a_connection_that_the_service_has_closed_is_not_used_again(
    client: HttpClient, service: CountingService
) -> None:
    service.end = nothing
    for number in range(1, 4):
        assert client.get(service.address).text == "ok"
        assert service.ended.acquire(timeout=WAIT_SECONDS)
        assert service.connections == number


def test_a_connection_whose_answer_says_close_is_not_used_again(client: HttpClient, service: CountingService) -> None:
    service.answer = ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert [client.get(service.address).text for _ in range(2)] == ["ok", "ok"]
    assert service.connections == 2


@pytest.mark.parametrize("name", ["Connection", "connection "])
def test_a_connection_that_is_to_be_closed_by_request_is_not_used_again(
    name: str, client: HttpClient, service: CountingService
) -> None:
    assert [client.get(service.address, headers={name: "Close"}).text for _ in range(2)] == ["ok", "ok"]
    assert service.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;a=b\r\nk\r\n0\r\nA: b\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + ANSWER,
    ],
)
def test_a_connection_is_kept_after_every_whole_answer(
    client: HttpClient, service: CountingService, answer: bytes
) -> None:
    service.answer = answer
    assert [client.get(service.address).text for _ in range(2)] == ["ok", "ok"]
    assert service.connections == 1


def test_what_comes_after_an_answer_is_not_the_next_one(client: HttpClient, service: CountingService) -> None:
    service.answer = ANSWER + ANSWER.replace(b"ok", b"no")
    assert [client.get(service.address).text for _ in range(2)] == ["ok", "ok"]
    assert service.connections == 2


def test_what_tls_has_read_beyond_an_answer_is_not_the_next_one(client: HttpClient, tmp_path: Path) -> None:
    certificate = self_signed()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.write(tmp_path, "service").both)
    service = CountingService(context)
    long = ANSWER.replace(b"2\r\n\r\nok", b"10000\r\n\r\n" + b"x" * 10_000)
    service.answer = long + long.replace(b"x", b"y")[:6_000]  # one record of TLS
    tls = ClientTls(trusted_certificate=certificate.chain.decode())
    assert {client.get(service.address, tls=tls).text for _ in range(2)} == {"x" * 10_000}
    assert service.connections == 2
    service.close()


def test_a_request_that_http_cannot_say_costs_no_connection(client: HttpClient, service: CountingService) -> None:
    client.get(service.address)
    with pytest.raises(ProtocolError):
        client.get(service.address, headers={"a b": "c"})
    assert client.get(service.address).text == "ok"
    assert service.connections == 1


def test_a_long_request_that_is_refused_early_has_that_answer_and_its_connection_is_not_kept(
    service: CountingService, clock: ControlledClock
) -> None:
    service.answer, service.end = ANSWER.replace(b"200 OK", b"413 Too Large"), nothing
    sent = outgoing(Request("POST", service.address, content=bytes(32 * 1024 * 1024)))
    connection = Connection(socket.create_connection((sent.origin.host, sent.origin.port)))
    head, pieces = connection.send(sent, WAIT_SECONDS, Deadline.after(WAIT_SECONDS, clock))
    assert (head.status, b"".join(pieces), connection.is_idle) == (413, b"ok", False)
    connection.close()


def test_origins_do_not_share_connections(client: HttpClient, service: CountingService) -> None:
    other = CountingService()
    assert [client.get(address).text for address in (service.address, other.address, service.address)] == ["ok"] * 3
    assert (service.connections, other.connections) == (1, 1)
    other.close()


def test_a_closed_client_dials_anew(client: HttpClient, service: CountingService) -> None:
    client.get(service.address)
    client.close()
    client.get(service.address)
    assert service.connections == 2


@pytest.fixture
def pool_clock(monkeypatch: pytest.MonkeyPatch) -> ControlledClock:
    clock = ControlledClock(1_700_000_000_000)
    monkeypatch.setattr(pool, "SystemClock", lambda: clock)
    return clock


@pytest.mark.parametrize(("method", "ms"), [("GET", 4_000), ("PUT", 4_000), ("POST", 1_000), ("PATCH", 1_000)])
def test_how_long_an_idle_connection_is_used_again_is_a_matter_of_the_method(
    client: HttpClient, service: CountingService, pool_clock: ControlledClock, method: str, ms: int
) -> None:
    client.get(service.address)
    pool_clock.advance(ms)
    client.request(method, service.address)
    assert service.connections == 1
    pool_clock.advance(ms + 1)
    client.request(method, service.address)
    assert service.connections == 2


def test_a_connection_that_a_post_leaves_is_there_for_a_get(
    client: HttpClient, service: CountingService, pool_clock: ControlledClock
) -> None:
    client.get(service.address)
    pool_clock.advance(1_001)
    ask(client, service, "GET", "POST")
    assert service.connections == 2


def test_connections_that_are_too_old_are_closed_when_another_one_becomes_idle(
    client: HttpClient, service: CountingService, pool_clock: ControlledClock
) -> None:
    other = CountingService()
    client.get(service.address)
    pool_clock.advance(4_001)
    client.get(other.address)
    assert service.ended.acquire(timeout=WAIT_SECONDS)
    other.close()


def test_of_more_idle_connections_than_are_kept_one_is_closed(
    client: HttpClient, service: CountingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "MAX_IDLE_CONNECTIONS", 100)  # both sides of all of them are in this process
    ask(client, service, *["GET"] * 100)
    assert not service.ended.acquire(blocking=False)
    ask(client, service, *["GET"] * 101)
    assert service.ended.acquire(timeout=WAIT_SECONDS)
    assert service.connections == 101


def test_a_connection_whose_answer_breaks_off_is_not_used_again(client: HttpClient, service: CountingService) -> None:
    service.answer, service.end = ANSWER.replace(b"2", b"3"), nothing
    with pytest.raises(Unreachable):
        client.post(service.address)
    assert service.ended.acquire(timeout=WAIT_SECONDS)
    service.answer, service.end = ANSWER, None
    assert client.post(service.address).text == "ok"
    assert service.connections == 2


def ask(client: HttpClient, service: CountingService, *methods: str) -> None:
    """With these methods, at once."""
    service.hold = threading.Barrier(len(methods))
    together(len(methods), lambda number: client.request(methods[number], service.address))
