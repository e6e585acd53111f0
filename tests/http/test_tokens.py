import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.clock import ControlledClock
from connector_sdk.http import HttpClient, InvalidRequest, StatusError, oauth
from connector_sdk.http.authentication import (
    OAuthClientCredentials,
    OAuthRefreshToken,
)
from connector_sdk.http.oauth import MARGIN_MS
from tests.counting_service import WAIT_SECONDS
from tests.http.conftest import requests


def credentials(server: HTTPServer, how: str = "basicAuthHeader") -> OAuthClientCredentials:
    return OAuthClientCredentials(
        type="oauth-client-credentials-flow",
        oauth_token_endpoint=server.url_for("/token"),
        client_id="id",
        client_secret="s3cret",
        client_authentication=how,
        scopes="a b",
    )


def test_a_token_is_kept_until_shortly_before_it_ends(
    client: HttpClient, clock: ControlledClock, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/token").respond_with_json({"access_token": "tok", "expires_in": 60})
    httpserver.expect_request("/").respond_with_data("")

    def tokens_asked() -> int:
        client.get(httpserver.url_for("/"), auth=credentials(httpserver))
        return sum(request.path == "/token" for request in requests(httpserver))

    assert [tokens_asked(), tokens_asked()] == [1, 1]
    clock.advance(60_000 - MARGIN_MS - 1)
    assert tokens_asked() == 1
    clock.advance(1)
    assert tokens_asked() == 2
    assert {r.headers["Authorization"] for r in requests(httpserver) if r.path == "/"} == {"Bearer tok"}


def test_a_kept_token_that_is_refused_is_replaced_once(client: HttpClient, httpserver: HTTPServer) -> None:
    tokens = iter(["first", "second", "third"])

    def token(request: Request) -> Response:
        return Response(f'{{"access_token": "{next(tokens)}", "expires_in": 60}}')

    httpserver.expect_request("/token").respond_with_handler(token)
    httpserver.expect_request("/", headers={"Authorization": "Bearer first"}).respond_with_data("")
    client.post(httpserver.url_for("/"), auth=credentials(httpserver))
    httpserver.clear()
    httpserver.expect_request("/token").respond_with_handler(token)
    httpserver.expect_request("/").respond_with_data("", 401)
    assert client.post(httpserver.url_for("/"), auth=credentials(httpserver)).status_code == 401
    seen = [(request.path, request.headers.get("Authorization")) for request in requests(httpserver)]
    assert [path for path, _ in seen] == ["/", "/token", "/"]
    assert [seen[0][1], seen[2][1]] == ["Bearer first", "Bearer second"]


def test_a_fresh_token_that_is_refused_is_not_replaced(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/token").respond_with_json({"access_token": "tok", "expires_in": 60})
    httpserver.expect_request("/").respond_with_data("", 401)
    assert client.get(httpserver.url_for("/"), auth=credentials(httpserver)).status_code == 401
    assert [request.path for request in requests(httpserver)] == ["/token", "/"]


def test_a_token_of_unknown_life_is_not_kept(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/token").respond_with_json({"access_token": "tok"})
    httpserver.expect_request("/").respond_with_data("")
    for _ in range(2):
        client.get(httpserver.url_for("/"), auth=credentials(httpserver))
    assert [request.path for request in requests(httpserver)] == ["/token", "/", "/token", "/"]


@pytest.fixture
def threaded() -> Iterator[HTTPServer]:
    with HTTPServer(threaded=True) as server:
        server.expect_request("/").respond_with_data("ok")
        yield server


class Held:
    """A token endpoint that answers when it may."""

    def __init__(self, status: int = 200, life: str = "60") -> None:
        self.came, self.go = threading.Semaphore(0), threading.Event()
        self._answer = Response(f'{{"access_token": "tok", "expires_in": {life}}}', status)

    def __call__(self, _: Request) -> Response:
        self.came.release()
        assert self.go.wait(WAIT_SECONDS)
        return self._answer


def asking(client: HttpClient, server: HTTPServer, path: str = "/token") -> threading.Thread:
    auth = credentials(server).model_copy(update={"oauth_token_endpoint": server.url_for(path)})
    thread = threading.Thread(target=lambda: suppressed(client, server, auth), daemon=True)
    thread.start()
    return thread


def suppressed(client: HttpClient, server: HTTPServer, auth: OAuthClientCredentials) -> None:
    with suppress(StatusError):
        client.get(server.url_for("/"), auth=auth)


def asked_together(
    count: int, token: Held, waiting: threading.Semaphore, client: HttpClient, server: HTTPServer
) -> None:
    """The token endpoint answers when all but one wait for the one that asks."""
    threads = [asking(client, server) for _ in range(count)]
    for _ in range(count - 1):
        assert waiting.acquire(timeout=WAIT_SECONDS)
    token.go.set()
    for thread in threads:
        thread.join(WAIT_SECONDS)


@pytest.mark.parametrize("life", ["60", "null"])
def test_who_comes_while_a_token_is_asked_for_gets_that_one(
    life: str, client: HttpClient, threaded: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, waiting = Held(life=life), threading.Semaphore(0)
    monkeypatch.setattr(oauth, "Event", lambda: Announced(waiting))
    threaded.expect_request("/token").respond_with_handler(token)
    asked_together(20, token, waiting, client, threaded)
    paths = [request.path for request in requests(threaded)]
    assert (paths.count("/token"), paths.count("/")) == (1, 20)


def test_who_waited_for_a_token_that_was_refused_asks_for_one(
    client: HttpClient, threaded: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, waiting = Held(status=400), threading.Semaphore(0)
    monkeypatch.setattr(oauth, "Event", lambda: Announced(waiting))
    threaded.expect_request("/token").respond_with_handler(token)
    asked_together(3, token, waiting, client, threaded)
    assert [request.path for request in requests(threaded)] == ["/token"] * 3


def test_a_token_is_not_waited_for_by_those_who_need_another(client: HttpClient, threaded: HTTPServer) -> None:
    slow = Held()
    threaded.expect_request("/slow").respond_with_handler(slow)
    threaded.expect_request("/token").respond_with_json({"access_token": "tok", "expires_in": 60})
    waiting = asking(client, threaded, "/slow")
    assert slow.came.acquire(timeout=WAIT_SECONDS)
    assert client.get(threaded.url_for("/"), auth=credentials(threaded)).text == "ok"
    slow.go.set()
    waiting.join(WAIT_SECONDS)


class Announced(threading.Event):
    """Says when somebody waits for it."""

    def __init__(self, waiting: threading.Semaphore) -> None:
        super().__init__()
        self._waiting = waiting

    def wait(self, timeout: float | None = None) -> bool:
        self._waiting.release()
        return super().wait(timeout)


def test_an_answer_without_a_token_is_the_token_null(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/token").respond_with_json({"expires_in": 60})
    httpserver.expect_request("/", headers={"Authorization": "Bearer null"}).respond_with_data("")
    assert client.get(httpserver.url_for("/"), auth=credentials(httpserver)).status_code == 200


@pytest.mark.parametrize(
    ("how", "authorization", "form"),
    [
        ("basicAuthHeader", "Basic aWQ6czNjcmV0", b"grant_type=client_credentials&audience&scope=a+b"),
        (
            "credentialsBody",
            None,
            b"grant_type=client_credentials&audience&scope=a+b&client_id=id&client_secret=s3cret",
        ),
    ],
)
def test_the_client_proves_itself_in_the_header_or_the_body(
    how: str, authorization: str | None, form: bytes, client: HttpClient, httpserver: HTTPServer
) -> None:
    sent: list[tuple[str | None, bytes]] = []

    def token(request: Request) -> Response:
        sent.append((request.headers.get("Authorization"), request.get_data()))
        return Response('{"access_token": "tok"}')

    httpserver.expect_request("/token").respond_with_handler(token)
    httpserver.expect_request("/").respond_with_data("")
    client.get(httpserver.url_for("/"), auth=credentials(httpserver, how))
    assert sent == [(authorization, form)]


def test_another_client_authentication_is_refused(client: HttpClient, httpserver: HTTPServer) -> None:
    with pytest.raises(InvalidRequest, match="Unsupported client authentication method: nope"):
        client.get(httpserver.url_for("/"), auth=credentials(httpserver, "nope"))


def test_a_token_endpoint_that_refuses_fails_the_request(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/token").respond_with_json({"error": "invalid_client"}, 401)
    with pytest.raises(StatusError) as error:
        client.get(httpserver.url_for("/"), auth=credentials(httpserver))
    assert error.value.code == "401"


def refresh_token(server: HTTPServer) -> OAuthRefreshToken:
    return OAuthRefreshToken(
        type="oauth-refresh-token", oauth_token_endpoint=server.url_for("/token"), client_id="i", refresh_token="r"
    )


def test_a_refresh_token_gives_access_tokens(client: HttpClient, httpserver: HTTPServer) -> None:
    forms: list[bytes] = []

    def token(request: Request) -> Response:
        forms.append(request.get_data())
        return Response('{"access_token": "tok"}')

    httpserver.expect_request("/token").respond_with_handler(token)
    httpserver.expect_request("/", headers={"Authorization": "Bearer tok"}).respond_with_data("in")
    assert client.get(httpserver.url_for("/"), auth=refresh_token(httpserver)).text == "in"
    assert forms == [b"grant_type=refresh_token&refresh_token=r&client_id=i"]


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        ("invalid_grant", "OAUTH_REFRESH_TOKEN_EXPIRED"),
        ("interaction_required", "OAUTH_INTERACTION_REQUIRED"),
        ("invalid_client", "OAUTH_TOKEN_ERROR"),
    ],
)
def test_a_refused_refresh_token_says_what_to_do(
    refusal: str, code: str, client: HttpClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/token").respond_with_json({"error": refusal}, 400)
    with pytest.raises(StatusError) as error:
        client.get(httpserver.url_for("/"), auth=refresh_token(httpserver))
    assert error.value.code == code
