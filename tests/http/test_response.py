"""What own connectors do with an answer."""

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response as Served

from connector_sdk.http import BadStatus, HttpClient


def test_headers_are_found_in_any_case_and_repeated_ones_are_joined(client: HttpClient, httpserver: HTTPServer) -> None:
    served = Served("")
    served.headers.extend([("X-Many", "a"), ("x-many", "b, c"), ("X-One", "é")])
    httpserver.expect_request("/").respond_with_response(served)
    headers = client.get(httpserver.url_for("/")).headers
    assert (headers["x-MANY"], headers["x-one"], headers.get("x-none")) == ("a, b, c", "é", None)
    assert headers.values_of("X-Many") == ["a", "b, c"]
    assert "X-One" in headers
    assert "é" not in headers
    assert set(headers) >= {"x-many", "x-one", "content-length"}
    assert len(headers) == len(set(headers))


@pytest.mark.parametrize(
    ("content_type", "content", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"caf\xe9", "café"),
        ('text/plain; a=b; Charset="UTF-16BE"', b"\x00a", "a"),
        ("text/plain", b"caf\xc3\xa9", "café"),
        ("text/plain; charset=utf-8", b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
        ("text/plain; charset=klingon", b"caf\xc3\xa9", "café"),
        ("text/plain; charset=base64", b"YQ==", "YQ=="),
        ("text/plain; charset=idna", b"caf\xc3\xa9", "café"),
        ("text/plain; charset=undefined", b"caf\xc3\xa9", "café"),
        ("text/plain; charset=undefined", b"", ""),
        ("text/plain; charset=a\0b", b"a", "a"),
    ],
)
def test_a_text_is_read_as_its_type_says(
    content_type: str, content: bytes, text: str, client: HttpClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data(content, content_type=content_type)
    assert client.get(httpserver.url_for("/")).text == text


def test_a_status_from_400_on_can_be_raised(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/good").respond_with_json({"a": 1}, 399)
    httpserver.expect_request("/bad").respond_with_json({"a": 2}, 400)
    assert client.get(httpserver.url_for("/good")).raise_for_status().json() == {"a": 1}
    bad = client.get(httpserver.url_for("/bad?key=k"))
    with pytest.raises(BadStatus, match="400 BAD REQUEST") as error:
        bad.raise_for_status()
    assert error.value.response is bad
    assert (bad.method, bad.url) == ("GET", httpserver.url_for("/bad?key=k"))


def test_what_is_no_json_is_a_value_error(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("no")
    with pytest.raises(ValueError, match="Expecting value"):
        client.get(httpserver.url_for("/")).json()
