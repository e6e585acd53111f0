"""The local gateway, over real sockets."""

import base64
import http.client
import json
import socket
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from devkit.gateway import PortInUse, RunningGateway, start
from devkit.gateway.events import response_of


def ask(gateway: RunningGateway, method: str, path: str, body: bytes = b"", *headers: tuple[str, str]) -> Any:
    connection = http.client.HTTPConnection(gateway.address.removeprefix("http://"), timeout=10)
    try:
        connection.putrequest(method, path)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def echo(event: dict[str, Any], _: Any) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


def test_a_request_arrives_as_an_event_of_payload_version_2() -> None:
    with start(echo, clock=ControlledClock(1_700_000_000_123)) as gateway:
        status, _, body = ask(gateway, "PUT", "/inbound/a%20b;v=1?x=1&x=%202", b'{"n": 1}', ("X-Kind", "Push"))

    event = json.loads(body)
    assert status == 200
    assert event["version"] == "2.0"
    assert (event["rawPath"], event["rawQueryString"]) == ("/inbound/a%20b;v=1", "x=1&x=%202")
    assert (event["body"], event["isBase64Encoded"]) == ('{"n": 1}', False)
    assert event["headers"]["x-kind"] == "Push"
    assert event["headers"]["x-forwarded-proto"] == "http"
    assert event["requestContext"]["http"]["method"] == "PUT"
    assert event["requestContext"]["timeEpoch"] == 1_700_000_000_123


def test_repeated_headers_are_joined_and_cookies_stand_apart() -> None:
    with start(echo) as gateway:
        _, _, body = ask(gateway, "GET", "/", b"", ("X-A", "1"), ("x-a", "2"), ("Cookie", "a=1; b=2"))

    event = json.loads(body)
    assert event["headers"]["x-a"] == "1,2"
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_bytes_that_are_no_text_arrive_as_base64() -> None:
    with start(echo) as gateway:
        _, _, body = ask(gateway, "POST", "/", b"\x00\xff\xfe")

    event = json.loads(body)
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\x00\xff\xfe"


def test_a_header_value_outside_latin_1_does_not_break_the_answer() -> None:
    with start(lambda *_: {"statusCode": 200, "headers": {"x-b": "a✓"}}) as gateway:
        status, headers, _ = ask(gateway, "POST", "/")

    assert (status, headers["x-b"]) == (200, "a?")


def test_the_answer_keeps_status_headers_and_binary_bodies() -> None:
    def teapot(event: dict[str, Any], _: Any) -> dict[str, Any]:
        return {"statusCode": 418, "headers": {"X-B": "ü"}, "body": "AP/+", "isBase64Encoded": True}

    with start(teapot) as gateway:
        status, headers, body = ask(gateway, "POST", "/")

    assert (status, headers["X-B" if "X-B" in headers else "x-b"], body) == (418, "ü", b"\x00\xff\xfe")


def test_cookies_of_an_answer_are_headers_of_their_own() -> None:
    answer = response_of({"statusCode": 200, "cookies": ["a=1", "b=2"]})

    assert answer.headers.getlist("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("size", [1000, 1001])
def test_a_body_over_the_limit_is_413_and_never_reaches_the_handler(size: int) -> None:
    with start(echo, max_body_bytes=1000) as gateway:
        status, _, _ = ask(gateway, "POST", "/", b"x" * size)

    assert status == (200 if size == 1000 else 413)


def test_a_handler_that_fails_gives_500_without_its_reason() -> None:
    def broken(event: dict[str, Any], _: Any) -> dict[str, Any]:
        raise RuntimeError("secret reason")

    with start(broken) as gateway:
        status, _, body = ask(gateway, "POST", "/")

    assert status == 500
    assert b"secret" not in body


def test_unusual_methods_reach_the_handler() -> None:
    with start(echo) as gateway:
        _, _, body = ask(gateway, "FOO", "/")

    assert json.loads(body)["requestContext"]["http"]["method"] == "FOO"


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortInUse, match=f"port {port} on 127.0.0.1 is in use: stop what listens there"):
            start(echo, port)


def test_a_stopped_gateway_has_closed_its_port() -> None:
    gateway = start(echo)
    gateway.stop()

    with pytest.raises(ConnectionRefusedError):
        ask(gateway, "GET", "/")
