"""Redirects: what is sent on, where to, and to whom credentials go."""

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.errors import DeniedAddress
from connector_sdk.http import HttpClient, ProtocolError, Sender
from connector_sdk.http import Request as Asked
from connector_sdk.http import Response as Answer
from connector_sdk.http.redirects import MAX_REDIRECTS, follow
from connector_sdk.http.response import Headers
from connector_sdk.http.transport import GuardedTransport
from tests.http.conftest import LOOPBACK, requests


@pytest.mark.parametrize(
    ("status", "method", "sent"),
    [
        (301, "POST", ("GET", b"")),
        (302, "POST", ("GET", b"")),
        (303, "PUT", ("GET", b"")),
        (307, "POST", ("POST", b'"x"')),
        (308, "PUT", ("PUT", b'"x"')),
        (301, "PUT", ("PUT", b'"x"')),
        (302, "GET", ("GET", b"")),
    ],
)
def test_a_redirect_changes_the_method_as_rfc_9110_says(
    status: int, method: str, sent: tuple[str, bytes], client: HttpClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/a/b").respond_with_data("", status, {"Location": "../c d?e=f#g"})
    seen: list[tuple[str, bytes]] = []

    def target(request: Request) -> Response:
        seen.append((request.method, request.get_data()))
        return Response(request.query_string)

    httpserver.expect_request("/c d").respond_with_handler(target)
    answer = client.request(method, httpserver.url_for("/a/b"), body='"x"', follow_redirects=True)
    assert seen == [sent]
    assert answer.content == b"e=f"


def test_redirects_end_somewhere(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("", 302, {"Location": "/"})
    with pytest.raises(ProtocolError, match="HTTP protocol"):
        client.get(httpserver.url_for("/"), follow_redirects=True)
    assert len(requests(httpserver)) == MAX_REDIRECTS + 1


def test_another_host_gets_no_credentials(client: HttpClient, httpserver: HTTPServer) -> None:
    elsewhere = f"http://127.0.0.1:{httpserver.port}/there"
    httpserver.expect_request("/here").respond_with_data("", 302, {"Location": "/again"})
    httpserver.expect_request("/again").respond_with_data("", 307, {"Location": elsewhere})
    httpserver.expect_request("/there").respond_with_data("")
    headers = {"X-Key": "k", "Accept": "text/plain", "Authorization": "a"}
    client.get(f"http://localhost:{httpserver.port}/here", headers=headers, follow_redirects=True)
    seen = [[request.headers.get(name) for name in headers] for request in requests(httpserver)]
    assert seen == [["k", "text/plain", "a"], ["k", "text/plain", "a"], [None, "text/plain", None]]


class Redirected(Sender):
    """Its first answer points there; nothing is sent."""

    def __init__(self, location: str) -> None:
        super().__init__(GuardedTransport())
        self.asked: list[Asked] = []
        self._location = location.encode()

    def send(self, request: Asked) -> Answer:
        self.asked.append(request)
        status = 200 if self.asked[1:] else 307
        return Answer(request.method, request.url, status, "", Headers([(b"Location", self._location)]), b"")


@pytest.mark.parametrize(
    ("url", "location", "is_same"),
    [
        ("http://a.test/", "http://a.test:80/b", True),
        ("http://a.test:80/", "http://A.Test/b", True),
        ("https://a.test/", "//a.test:443/b", True),
        ("http://a.test/", "https://a.test/b", False),
        ("http://a.test/", "http://a.test:8080/b", False),
        ("http://a.test/", "http://b.test/b", False),
    ],
)
def test_credentials_go_to_the_same_origin_however_it_is_written(url: str, location: str, *, is_same: bool) -> None:
    sender, credentials = Redirected(location), (("Authorization", "a"),)
    follow(sender, Asked("GET", url, credentials), lambda: None)
    assert [asked.headers for asked in sender.asked] == [credentials, credentials if is_same else ()]


def test_a_location_without_a_port_that_can_be_dialled_is_the_answer() -> None:
    assert follow(Redirected("http://a.test:-2/"), Asked("GET", "http://a.test/"), lambda: None).status_code == 307


def test_a_redirect_to_a_denied_address_is_denied(httpserver: HTTPServer) -> None:
    addresses = {"start.test": ["127.0.0.1"], "inner.test": ["10.0.0.1"]}
    transport = GuardedTransport(LOOPBACK, resolver=lambda host, port: addresses[host])
    httpserver.expect_request("/").respond_with_data("", 302, {"Location": "http://inner.test/"})
    with pytest.raises(DeniedAddress, match=r"10\.0\.0\.1"):
        HttpClient(Sender(transport)).get(f"http://start.test:{httpserver.port}/", follow_redirects=True)


@pytest.mark.parametrize("location", ["ftp://a.test/", "http://u:p@a.test/", ""])
def test_a_location_that_cannot_be_requested_is_the_answer(
    location: str, client: HttpClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("", 302, {"Location": location})
    assert client.get(httpserver.url_for("/"), follow_redirects=True).status_code == 302
