"""One GET from an address that was checked."""

from ipaddress import ip_network

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.errors import DeniedAddress
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.fetch import MAX_CONTENT_BYTES, NotFetched, fetch

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)


def test_the_content_comes_whole_with_its_query(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/keys", query_string="v=1").respond_with_data(b"x" * MAX_CONTENT_BYTES)

    assert fetch(httpserver.url_for("/keys?v=1"), LOOPBACK) == b"x" * MAX_CONTENT_BYTES


@pytest.mark.parametrize(("status", "size"), [(200, MAX_CONTENT_BYTES + 1), (301, 0), (404, 0), (500, 5)])
def test_what_is_too_large_or_elsewhere_is_not_fetched(httpserver: HTTPServer, status: int, size: int) -> None:
    httpserver.expect_request("/keys").respond_with_data(b"x" * size, status, {"location": httpserver.url_for("/")})

    with pytest.raises(NotFetched):
        fetch(httpserver.url_for("/keys"), LOOPBACK)
    assert len(httpserver.log) == 1


def test_a_private_address_is_not_dialled(httpserver: HTTPServer) -> None:
    with pytest.raises(DeniedAddress):
        fetch(httpserver.url_for("/keys"))
    assert httpserver.log == []


def test_the_name_is_looked_up_once_and_the_next_address_is_tried(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(b"here")
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2" if httpserver.host == "127.0.0.1" else "127.0.0.3", "127.0.0.1"]

    assert fetch(f"http://keys.test:{httpserver.port}/", LOOPBACK, resolver=resolver) == b"here"
    assert asked == ["keys.test"]


@pytest.mark.parametrize("url", ["", "keys", "ftp://h.test/", "http://", "http://h.test:99999/"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|[Pp]ort"):
        fetch(url)
