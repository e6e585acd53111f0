"""The host of a URL as it is dialled, and as the service is told."""

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.http import HttpClient, InvalidRequest, Sender
from connector_sdk.http.origin import split
from connector_sdk.http.transport import GuardedTransport
from tests.http.conftest import LOOPBACK, requests


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "target"),
    [
        ("http://a.test", "a.test", 80, "a.test", "/"),
        ("https://A.Test:443/b?c", "a.test", 443, "a.test", "/b?c"),
        ("http://a.test:443/b/c", "a.test", 443, "a.test:443", "/b/c"),
        ("http://a.test:?b=/c?d", "a.test", 80, "a.test", "/?b=/c?d"),
        ("https://[::1]:8080/", "::1", 8080, "[::1]:8080", "/"),
        ("http://[FE80::1]/", "fe80::1", 80, "[fe80::1]", "/"),
        ("http://Bücher.test/", "xn--bcher-kva.test", 80, "xn--bcher-kva.test", "/"),
        ("http://straße.test/", "strasse.test", 80, "strasse.test", "/"),
    ],
)
def test_a_url_is_an_origin_and_a_target(url: str, host: str, port: int, authority: str, target: str) -> None:
    origin, rest = split(url)
    assert (origin.host, origin.port, origin.authority, rest) == (host, port, authority, target)


def test_a_name_goes_out_in_ascii(httpserver: HTTPServer) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    httpserver.expect_request("/").respond_with_data("")
    HttpClient(Sender(GuardedTransport(LOOPBACK, resolver))).get(f"http://Bücher.test:{httpserver.port}/")
    assert asked == ["xn--bcher-kva.test"]
    assert requests(httpserver)[0].headers["Host"] == f"xn--bcher-kva.test:{httpserver.port}"


@pytest.mark.parametrize("name", ["host", " Host", "HOST\n"])
def test_a_task_may_name_the_host_itself(name: str, client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("")
    client.get(httpserver.url_for("/"), headers={name: "b.test"})
    assert requests(httpserver)[0].headers.get_all("Host") == ["b.test"]


def test_a_name_that_ascii_cannot_say_is_no_host(client: HttpClient) -> None:
    with pytest.raises(InvalidRequest) as error:
        client.get(f"http://{'ü' * 64}.test/")
    assert error.value.code is None
    assert "cannot be requested" in str(error.value)
