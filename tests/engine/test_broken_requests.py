"""Requests that break off or are no HTTP: an answer where somebody still listens, and never a traceback."""

import logging
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from devkit.engine import server
from tests.engine.driver import Driver

JSON = "Content-Type: application/json"
FORM = "Content-Type: multipart/form-data; boundary=x"
PATIENCE_SECONDS = 10


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[server.RunningEngine]:
    """An engine that may not log an error."""
    with caplog.at_level(logging.ERROR), server.start() as running:
        yield running
    assert caplog.records == []


def send_raw(running: server.RunningEngine, path: str, *headers: str, body: bytes) -> bytes:
    """Send what is given, say that nothing more comes, and give the first line of the answer."""
    host = urlsplit(running.address)
    head = "\r\n".join((f"POST /v2{path} HTTP/1.1", "Host: engine", *headers, "", ""))
    with socket.create_connection((host.hostname, host.port), PATIENCE_SECONDS) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").readline().strip()


@pytest.mark.parametrize("path", ["/jobs/activation", "/deployments", "/documents", "/messages/publication"])
@pytest.mark.parametrize(
    ("framing", "body"),
    [
        ("Transfer-Encoding: chunked", b"zz\r\n{}\r\n"),
        ("Transfer-Encoding: chunked", b"2\r\n{}\r\nzz\r\n"),
        ("Transfer-Encoding: chunked", b"5\r\n{}"),
        ("Content-Length: 50", b"{}"),
    ],
)
def test_a_body_that_breaks_off_or_is_framed_wrongly_does_no_harm(
    quiet: server.RunningEngine, path: str, framing: str, body: bytes
) -> None:
    media_type = FORM if path in ("/deployments", "/documents") else JSON
    assert send_raw(quiet, path, media_type, framing, body=body) in (b"HTTP/1.1 400 Bad Request", b"")
    assert Driver(quiet).request("GET", "/topology").status == 200


@pytest.mark.parametrize("path", ["/deployments", "/documents", "/documents/batch"])
@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        ('multipart/form-data; boundary="', b"x"),
        (f"multipart/form-data; boundary={'x' * 5_000}", b"x"),
        ("multipart/form-data; boundary=x", b"no form"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file'),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\na\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x; charset=nonsense",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--x--'),
    ],
)
def test_a_form_that_is_none_is_refused(quiet: server.RunningEngine, path: str, media_type: str, body: bytes) -> None:
    answer = send_raw(quiet, path, f"Content-Type: {media_type}", f"Content-Length: {len(body)}", body=body)
    assert answer == b"HTTP/1.1 400 Bad Request"
