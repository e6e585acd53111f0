"""A cluster with a path and a login, as on SaaS, seen by the kit's own client and by plain requests."""

from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from connector_sdk.engine_client import Basic, ClientCredentials, EngineClient
from connector_sdk.errors import EngineRejected
from devkit.conformance.engine.http import Answer, Request, send
from devkit.engine import server


@pytest.fixture(scope="module")
def cluster() -> Iterator[server.RunningEngine]:
    with server.start(prefix="/a-cluster", token="right") as running:
        yield running


def client(cluster: server.RunningEngine, secret: str) -> EngineClient:
    login = ClientCredentials(cluster.token_address, "anything", secret, audience="zeebe.camunda.io")
    return EngineClient(cluster.address, authentication=login)


def ask_for_token(cluster: server.RunningEngine, body: bytes) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return send(cluster.token_address.removesuffix("/oauth/token"), Request("POST", "/oauth/token", body, headers))


def test_a_client_logs_in_with_the_token_as_its_secret_and_works(cluster: server.RunningEngine) -> None:
    engine = client(cluster, "right")
    assert engine.topology()["clusterSize"] == 1
    assert engine.publish_message("m", correlation_key="k").message_key


@pytest.mark.parametrize(("login", "status"), [(b"anything:right", 200), (b"anything:wrong", 401), (b"right", 401)])
def test_a_client_may_send_its_secret_in_the_header(cluster: server.RunningEngine, login: bytes, status: int) -> None:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": f"Basic {b64encode(login).decode()}",
    }
    asked = Request("POST", "/oauth/token", b"grant_type=client_credentials", headers)
    assert send(cluster.token_address.removesuffix("/oauth/token"), asked).status == status


@pytest.mark.parametrize("secret", ["wrong", "räight"])
def test_a_client_with_another_secret_gets_no_token(cluster: server.RunningEngine, secret: str) -> None:
    with pytest.raises(EngineRejected, match="invalid_client"):
        client(cluster, secret).topology()


def test_a_client_without_the_token_is_refused(cluster: server.RunningEngine) -> None:
    for login in (None, Basic("user", "right")):
        with pytest.raises(EngineRejected) as raised:
            EngineClient(cluster.address, authentication=login).topology()
        assert raised.value.status == 401


@pytest.mark.parametrize("header", ["Bearer wrong", "Basic right", "right", "bearer", "Bearer "])
def test_a_refusal_says_what_is_wanted(cluster: server.RunningEngine, header: str) -> None:
    answer = send(f"{cluster.address}/v2", Request("GET", "/topology", headers={"Authorization": header}))
    assert (answer.status, answer.type, answer.body["title"]) == (401, "application/problem+json", "UNAUTHORIZED")


def test_outside_of_the_path_there_is_nothing(cluster: server.RunningEngine) -> None:
    outside = cluster.address.replace("/a-cluster", "/v2")
    assert send(outside, Request("GET", "/topology", headers={"Authorization": "Bearer right"})).status == 404


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (urlencode({"grant_type": "password", "client_secret": "right"}).encode(), 400, "unsupported_grant_type"),
        (urlencode({"client_secret": "right"}).encode(), 400, "unsupported_grant_type"),
        (b"\xff", 400, "unsupported_grant_type"),
        (b"", 400, "unsupported_grant_type"),
        (b"x" * 16_385, 400, "invalid_request"),
        (urlencode({"grant_type": "client_credentials"}).encode(), 401, "invalid_client"),
    ],
)
def test_what_asks_for_a_token_otherwise_is_told_why(
    cluster: server.RunningEngine, body: bytes, status: int, error: str
) -> None:
    answer = ask_for_token(cluster, body)
    assert (answer.status, answer.body) == (status, {"error": error})


@pytest.mark.parametrize("prefix", ["a-cluster", "/", "/a cluster", "/a/", "/{x}"])
def test_a_path_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(server.EngineNotStarted, match="is no path to put before the API"):
        server.start(prefix=prefix)


def test_an_empty_token_is_refused() -> None:
    with pytest.raises(server.EngineNotStarted, match="the token is empty"):
        server.start(token="")


@pytest.mark.parametrize("token", ["two words", "ümlaut"])
def test_a_token_that_no_header_carries_is_refused(token: str) -> None:
    with pytest.raises(server.EngineNotStarted, match="no header can carry"):
        server.start(token=token)
