import errno
import socket

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from connector_sdk.errors import DeniedAddress
from connector_sdk.http import HttpClient, InvalidRequest, ProtocolError, Sender, StatusError, Timeout, Unreachable
from connector_sdk.http.authentication import (
    ApiKeyAuthentication,
    ApiKeyLocation,
    BasicAuthentication,
    BearerAuthentication,
)
from connector_sdk.http.result import http_result
from connector_sdk.http.sending import LONGEST_REPEAT_AFTER_SECONDS
from connector_sdk.http.status import raise_for_status
from connector_sdk.http.transport import GuardedTransport
from tests.http.conftest import LOOPBACK, Waits, requests


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_for_the_moment_is_repeated_once(
    status: int, client: HttpClient, waits: Waits, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("no", status)
    assert client.get(httpserver.url_for("/")).status_code == status
    assert len(requests(httpserver)) == 2
    assert waits == [1.0]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_post_is_never_sent_twice(method: str, client: HttpClient, waits: Waits, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("no", 503)
    assert client.request(method, httpserver.url_for("/")).status_code == 503
    assert len(requests(httpserver)) == 1
    assert waits == []


def test_retry_after_says_how_long_to_wait(client: HttpClient, waits: Waits, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/").respond_with_data("no", 503, {"Retry-After": "7"})
    httpserver.expect_ordered_request("/").respond_with_data("yes")
    assert client.get(httpserver.url_for("/")).text == "yes"
    assert waits == [7.0]


def test_retry_after_may_be_a_date(client: HttpClient, waits: Waits, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("no", 503, {"Retry-After": "Tue, 14 Nov 2023 22:13:29 GMT"})
    client.get(httpserver.url_for("/"))
    assert waits == [9.0]


def test_nobody_waits_longer_than_ten_seconds(client: HttpClient, waits: Waits, httpserver: HTTPServer) -> None:
    longest = int(LONGEST_REPEAT_AFTER_SECONDS)
    httpserver.expect_request("/at").respond_with_data("no", 503, {"Retry-After": str(longest)})
    httpserver.expect_request("/over").respond_with_data("no", 503, {"Retry-After": str(longest + 1)})
    client.get(httpserver.url_for("/at"))
    with pytest.raises(Unreachable) as error:
        client.get(httpserver.url_for("/over"))
    assert waits == [10.0]
    assert error.value.code == "408"


def test_no_answer_in_time_is_408(client: HttpClient, httpserver: HTTPServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Timeout) as error:
        client.get(f"http://127.0.0.1:{silent.getsockname()[1]}/orders?key=k", read_seconds=0.05)
    assert error.value.code == "408"
    assert error.value.incident.endswith("/orders")


def test_a_refused_connection_is_408_as_well(client: HttpClient) -> None:
    with pytest.raises(Unreachable) as error:
        client.get("http://127.0.0.1:1/x")
    assert error.value.code == "408"


def test_loopback_is_denied_unless_it_is_allowed(httpserver: HTTPServer) -> None:
    client = HttpClient(Sender(GuardedTransport()))
    with pytest.raises(DeniedAddress, match=r"CONNECTORS_ALLOW_ADDRESSES=127\.0\.0\.1"):
        client.get(httpserver.url_for("/"))
    assert requests(httpserver) == []


def test_a_rebound_name_is_looked_up_once(httpserver: HTTPServer) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    transport = GuardedTransport(LOOPBACK, resolver=lambda host, port: next(answers))
    httpserver.expect_request("/").respond_with_data("here")
    assert HttpClient(Sender(transport)).get(f"http://rebind.test:{httpserver.port}/").text == "here"


def test_a_fault_of_ours_is_no_impossible_url(httpserver: HTTPServer) -> None:
    transport = GuardedTransport(LOOPBACK, resolver=lambda host, port: ["no address"])
    with pytest.raises(ValueError, match="no address"):
        HttpClient(Sender(transport)).get(httpserver.url_for("/"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "its host is not known"),
        (socket.gaierror(socket.EAI_NODATA, "No address associated with hostname"), "its host is not known"),
        (UnicodeError("label empty or too long"), "its host is not known"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "its host could not be looked up: Temporary failure"),
        (OSError(errno.EMFILE, "Too many open files"), "its host could not be looked up: Too many open files"),
    ],
)
def test_a_name_that_nobody_knows_is_not_one_that_cannot_be_looked_up(error: Exception, words: str) -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise error

    with pytest.raises(Unreachable) as raised:
        HttpClient(Sender(GuardedTransport(resolver=resolver))).get("http://a.test/x")
    assert raised.value.incident == f"no answer from GET a.test/x: {words}"


def test_the_next_address_is_tried_if_one_does_not_answer(httpserver: HTTPServer) -> None:
    transport = GuardedTransport(LOOPBACK, resolver=lambda host, port: ["127.0.0.2", "127.0.0.1"])
    httpserver.expect_request("/").respond_with_data("here")
    assert HttpClient(Sender(transport)).get(f"http://two.test:{httpserver.port}/").text == "here"


@pytest.mark.parametrize(
    "name", ["Content-Length", "transfer-encoding", "Transfer-Encoding ", "\nContent-Length", "\u2003content-LENGTH\0"]
)
def test_framing_headers_are_the_clients_own(name: str, client: HttpClient) -> None:
    with pytest.raises(ProtocolError) as error:
        client.get("http://127.0.0.1:1/", headers={name: "3"})
    assert error.value.code == "500"


@pytest.mark.parametrize("authority", ["", "127.0.0.1:-", "127.0.0.1:-2", "127.0.0.1:99999", "127.0.0.1:" + "9" * 5000])
def test_an_impossible_url_has_no_code(authority: str, client: HttpClient) -> None:
    with pytest.raises(InvalidRequest) as error:
        client.get(f"http://{authority}/")
    assert error.value.code is None


def test_a_negative_timeout_is_refused(client: HttpClient) -> None:
    with pytest.raises(InvalidRequest):
        client.get("http://127.0.0.1:1/", read_seconds=-1)


def test_headers_are_written_as_java_writes_them(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("")
    client.get(httpserver.url_for("/"), headers={"X-A": "é", "X-B": "😀", "X-C": "a\r\nX-D: b", "X-E": None})
    (request,) = requests(httpserver)
    assert [request.headers.get(f"X-{letter}") for letter in "ABCDE"] == ["é", "??", "a  X-D: b", None, ""]
    assert "Accept" not in request.headers


@pytest.mark.parametrize("name", ["", " ", "a b", "a\r\nb", "é", "Content-Length: 5\r\nX", "Content-Length: 5", "x:"])
def test_a_header_whose_name_http_cannot_say_is_not_sent(name: str, client: HttpClient) -> None:
    with pytest.raises(ProtocolError, match="HTTP protocol") as error:
        client.get("http://127.0.0.1:1/x", headers={name: "v"})
    assert error.value.incident.startswith("GET 127.0.0.1:1/x cannot be requested: no header of HTTP")


def test_every_authentication_proves_who_asks(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("")
    key = {"name": "X-Key", "value": "v 1"}
    for auth in (
        BasicAuthentication(type="basic", username="u", password="p"),
        BasicAuthentication(type="basic", username="u", password="SPEC_PASSWORD_EMPTY_PATTERN"),
        BearerAuthentication(type="bearer", token="t"),
        ApiKeyAuthentication(type="apiKey", api_key_location=ApiKeyLocation.HEADERS, **key),
        ApiKeyAuthentication(type="apiKey", api_key_location=ApiKeyLocation.QUERY, **key),
    ):
        client.get(httpserver.url_for("/?a=1"), auth=auth, params={"b": "2"})
    seen = [(r.headers.get("Authorization"), r.headers.get("X-Key"), r.query_string) for r in requests(httpserver)]
    assert seen == [
        ("Basic dTpw", None, b"a=1&b=2"),
        ("Basic dTo=", None, b"a=1&b=2"),
        ("Bearer t", None, b"a=1&b=2"),
        (None, "v 1", b"a=1&b=2"),
        (None, None, b"a=1&X-Key=v%201&b=2"),
    ]


def test_an_incident_says_what_where_and_which_request(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_json({"m": 1}, 404, {"X-Request-Id": "4711"})
    response = client.get(httpserver.url_for("/orders/7?key=k"))
    with pytest.raises(StatusError) as error:
        raise_for_status(response, first_header_only=True)
    place = f"localhost:{httpserver.port}"
    assert error.value.incident == f"404 NOT FOUND from GET {place}/orders/7 (request id 4711)"
    assert error.value.variables is not None
    assert error.value.variables["response"]["body"] == {"m": 1}


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b'{"a":1} {"b":2}', {"a": 1}),
        (b" [1,2] ", [1, 2]),
        (b"42", "42"),
        (b'"x"', '"x"'),
        (b"null", "null"),
        (b'{"a":', '{"a":'),
        (b'{"a":NaN}', '{"a":NaN}'),
        (b"  ", None),
        (b"", None),
        (b"h\xe9", "h�"),
        (b"[" * 100_000, "[" * 100_000),
        (b'{"a":1e400,"b":-1e400}', {"a": "Infinity", "b": "-Infinity"}),
        (b"[9223372036854775807,9223372036854775808]", [9223372036854775807, 9.223372036854775808e18]),
        (b"[" + b"9" * 5000 + b"]", ["Infinity"]),
    ],
)
def test_only_objects_and_lists_are_parsed(
    content: bytes, body: object, client: HttpClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data(content)
    assert http_result(client.get(httpserver.url_for("/")), first_header_only=True)["body"] == body


def test_repeated_headers_depend_on_the_version_and_cookies_are_lists(
    client: HttpClient, httpserver: HTTPServer
) -> None:
    response = Response("")
    for name, value in (("X-Many", "a"), ("X-Many", "b"), ("X-One", "1"), ("Set-Cookie", "c=1")):
        response.headers.add(name, value)
    httpserver.expect_request("/").respond_with_response(response)
    answer = client.get(httpserver.url_for("/"))
    old = http_result(answer, first_header_only=True)["headers"]
    new = http_result(answer, first_header_only=False)["headers"]
    assert [old["X-Many"], new["X-Many"]] == ["a", ["a", "b"]]
    assert [old["X-One"], old["Set-Cookie"]] == ["1", ["c=1"]]


def test_a_long_content_is_sent_whole(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("")
    text = "x" * (64 * 1024 + 1)
    client.post(httpserver.url_for("/"), headers={"Content-Type": "text/plain"}, body=text)
    assert requests(httpserver)[0].get_data() == text.encode()


@pytest.mark.parametrize(("method", "length"), [("GET", None), ("DELETE", None), ("POST", "0"), ("PUT", "0")])
def test_a_method_that_has_a_content_says_that_there_is_none(
    method: str, length: str | None, client: HttpClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("")
    client.request(method, httpserver.url_for("/"))
    assert requests(httpserver)[0].headers.get("Content-Length") == length


def test_a_content_type_with_blanks_around_its_name_is_the_only_one(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("")
    client.post(httpserver.url_for("/"), headers={" Content-Type ": "text/csv"}, body="a,b")
    assert requests(httpserver)[0].headers.get_all("Content-Type") == ["text/csv"]
