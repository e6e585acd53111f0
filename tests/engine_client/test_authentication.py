"""Basic, and OAuth client credentials: one token, fetched once, renewed once on 401."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import Basic, ClientCredentials, EngineClient
from connector_sdk.errors import EngineBusy, EngineRejected, EngineUnreachable
from connector_sdk.settings import Settings

TOPOLOGY = {"gatewayVersion": "8.6.0"}


class TokenEndpoint:
    """Hands out token-1, token-2 …; the engine takes the ones in `valid` (None: all)."""

    def __init__(self, httpserver: HTTPServer, expires_in: int | None = 600) -> None:
        self.forms: list[dict[str, str]] = []
        self.valid: set[str] | None = None
        self.expires_in = expires_in
        self.seen: list[str] = []
        httpserver.expect_request("/oauth/token", method="POST").respond_with_handler(self.token)
        httpserver.expect_request("/v2/topology").respond_with_handler(self.topology)

    def token(self, request: Request) -> Response:
        self.forms.append(dict(request.form))
        life = {} if self.expires_in is None else {"expires_in": self.expires_in}
        return Response(json.dumps({"access_token": f"token-{len(self.forms)}", **life}))

    def topology(self, request: Request) -> Response:
        header = request.headers["Authorization"]
        self.seen.append(header)
        accepted = self.valid is None or header.removeprefix("Bearer ") in self.valid
        return Response(json.dumps(TOPOLOGY), status=200 if accepted else 401)


@pytest.fixture
def clock() -> ControlledClock:
    return ControlledClock()


@pytest.fixture
def credentials(httpserver: HTTPServer, clock: ControlledClock) -> ClientCredentials:
    return ClientCredentials(
        httpserver.url_for("/oauth/token"), "id", "top-secret", audience="zeebe.camunda.io", clock=clock
    )


@pytest.fixture
def engine(httpserver: HTTPServer, credentials: ClientCredentials) -> EngineClient:
    return EngineClient(httpserver.url_for(""), authentication=credentials)


def test_no_authentication_sends_no_header(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/topology").respond_with_handler(
        lambda request: Response(json.dumps({**TOPOLOGY, "header": request.headers.get("Authorization")}))
    )
    assert EngineClient(httpserver.url_for("")).topology() == {**TOPOLOGY, "header": None}


def test_basic_sends_user_and_password_and_shows_no_password(httpserver: HTTPServer) -> None:
    basic = Basic("Aladdin", "open sesame")
    httpserver.expect_request(
        "/v2/topology", headers={"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
    ).respond_with_json(TOPOLOGY)
    assert EngineClient(httpserver.url_for(""), authentication=basic).topology() == TOPOLOGY
    assert "sesame" not in repr(basic)


def test_a_refused_password_is_not_tried_again(httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/v2/topology").respond_with_data(status=401)
    with pytest.raises(EngineRejected, match="401"):
        EngineClient(httpserver.url_for(""), authentication=Basic("a", "b")).topology()


def test_a_token_is_asked_for_once_and_used_until_shortly_before_it_ends(
    httpserver: HTTPServer, engine: EngineClient, clock: ControlledClock
) -> None:
    endpoint = TokenEndpoint(httpserver, expires_in=600)
    engine.topology()
    clock.advance(569_999)
    engine.topology()
    clock.advance(1)
    engine.topology()
    assert endpoint.seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert endpoint.forms[0] == {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": "top-secret",
        "audience": "zeebe.camunda.io",
    }


@pytest.mark.parametrize(("expires_in", "usable_ms"), [(40, 20_000), (60, 30_000), (100, 70_000), (None, 270_000)])
def test_a_short_token_is_used_for_half_its_life(
    httpserver: HTTPServer, engine: EngineClient, clock: ControlledClock, expires_in: int | None, usable_ms: int
) -> None:
    endpoint = TokenEndpoint(httpserver, expires_in=expires_in)
    engine.topology()
    clock.advance(usable_ms - 1)
    engine.topology()
    clock.advance(1)
    engine.topology()
    assert endpoint.seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_a_401_renews_the_token_once(httpserver: HTTPServer, engine: EngineClient) -> None:
    endpoint = TokenEndpoint(httpserver)
    engine.topology()
    endpoint.valid = {"token-2"}
    assert engine.topology() == TOPOLOGY
    assert endpoint.seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_a_token_that_is_always_refused_does_not_hammer_the_token_endpoint(
    httpserver: HTTPServer, engine: EngineClient, clock: ControlledClock
) -> None:
    endpoint = TokenEndpoint(httpserver)
    endpoint.valid = set()

    def refused() -> int:
        with pytest.raises(EngineRejected, match="401"):
            engine.topology()
        return len(endpoint.forms)

    assert [refused() for _ in range(5)] == [2, 2, 2, 2, 2]
    clock.advance(9_999)
    assert refused() == 2
    clock.advance(1)
    assert refused() == 3


def test_many_threads_make_one_token_request(httpserver: HTTPServer, engine: EngineClient) -> None:
    endpoint = TokenEndpoint(httpserver)
    together(20, engine.topology)
    assert len(endpoint.forms) == 1
    assert endpoint.seen == ["Bearer token-1"] * 20


def test_many_threads_that_are_refused_make_one_token_request(httpserver: HTTPServer, engine: EngineClient) -> None:
    endpoint = TokenEndpoint(httpserver)
    engine.topology()
    endpoint.valid = {"token-2"}
    together(20, engine.topology)
    assert len(endpoint.forms) == 2


def test_a_busy_token_endpoint_is_left_alone_for_a_second(
    httpserver: HTTPServer, credentials: ClientCredentials, clock: ControlledClock
) -> None:
    httpserver.expect_oneshot_request("/oauth/token").respond_with_data(status=429)
    for _ in range(3):
        with pytest.raises(EngineBusy, match="429"):
            credentials.header()
        clock.advance(333)
    clock.advance(1)
    TokenEndpoint(httpserver)
    assert credentials.header() == "Bearer token-1"


def test_refused_credentials_are_said_so_without_the_secret(
    httpserver: HTTPServer, credentials: ClientCredentials
) -> None:
    httpserver.expect_request("/oauth/token").respond_with_json(
        {"error": "invalid_client", "error_description": "unknown client"}, status=401
    )
    with pytest.raises(EngineRejected, match=r"401 invalid_client: unknown client") as raised:
        credentials.header()
    assert "top-secret" not in str(raised.value)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"access_token": 1}', '{"access_token": "a\\nb"}'])
def test_an_answer_without_a_token_is_refused(
    httpserver: HTTPServer, credentials: ClientCredentials, body: str
) -> None:
    httpserver.expect_request("/oauth/token").respond_with_data(body)
    with pytest.raises(EngineRejected, match="no access_token"):
        credentials.header()


def test_a_token_endpoint_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineUnreachable, match="CAMUNDA_OAUTH_URL"):
        ClientCredentials("http://127.0.0.1:1/token", "id", "secret").header()


def test_settings_choose_the_authentication(httpserver: HTTPServer) -> None:
    endpoint = TokenEndpoint(httpserver)
    settings = Settings.read(
        {
            "ZEEBE_REST_ADDRESS": httpserver.url_for(""),
            "CAMUNDA_AUTH_STRATEGY": "OAUTH",
            "ZEEBE_CLIENT_ID": "id",
            "ZEEBE_CLIENT_SECRET": "s",
            "CAMUNDA_OAUTH_URL": httpserver.url_for("/oauth/token"),
            "CAMUNDA_TOKEN_SCOPE": "x",
        }
    )
    EngineClient.from_settings(settings).topology()
    assert endpoint.forms[0]["scope"] == "x"


def together(count: int, call: Callable[[], object]) -> None:
    """Run `call` in that many threads that start at one moment."""
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait(10)
        call()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)


def ends_without_a_token(credentials: ClientCredentials) -> None:
    with pytest.raises(EngineUnreachable):
        credentials.header()


def test_a_call_that_has_to_be_over_soon_waits_for_no_token(clock: ControlledClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        credentials = ClientCredentials(f"http://127.0.0.1:{silent.getsockname()[1]}", "id", "secret", clock=clock)
        engine = EngineClient("http://127.0.0.1:1", authentication=credentials)
        with pytest.raises(EngineUnreachable, match="the token endpoint"):
            engine.within(0.05).topology()
        patient = threading.Thread(target=ends_without_a_token, args=(credentials,))
        patient.start()
        silent.accept()[0].close()  # the first request's connection
        taken, _ = silent.accept()
        with pytest.raises(EngineUnreachable, match="has not answered another request in time"):
            engine.within(0.05).topology()
        taken.close()
        patient.join(20)
    assert not patient.is_alive()
