"""Functions of a stack share a token: crowds of cold starts make one request for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.engine_client.shared_tokens import CLAIM_MS, FAILED_MS, Grant, SharedTokens
from connector_sdk.errors import EngineBusy, EngineUnreachable
from connector_sdk.settings import Settings
from devkit.engine import server
from tests.conftest import Aws
from tests.engine_client.test_authentication import TokenEndpoint

COLD_STARTS = 100
NOW_MS = 1_700_000_000_000


@dataclass
class Table:
    """A table for tokens, and a clock."""

    dynamodb: AwsEndpoint
    name: str
    settings: Settings
    clock: ControlledClock

    def tokens(self, client: str = "client", item: str = "arn") -> SharedTokens:
        """Another function's view of it; waiting moves the clock."""
        return SharedTokens(self.dynamodb, self.name, item, client, self.clock, self._wait)

    def _wait(self, seconds: float) -> None:
        self.clock.advance(round(seconds * 1000))


@pytest.fixture
def table(aws: Aws) -> Iterator[Table]:
    name = f"tokens-{next(aws.numbers)}"
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    types = [{"AttributeName": "id", "AttributeType": "S"}]
    made = {"TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": key, "AttributeDefinitions": types}
    aws.dynamodb.operation("CreateTable", made)
    yield Table(aws.dynamodb, name, aws.settings, ControlledClock(NOW_MS))
    aws.dynamodb.operation("DeleteTable", {"TableName": name})


class Endpoint:
    """Gives token-1, token-2 …, or fails as told."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    def __call__(self) -> Grant:
        self.asked += 1
        if self.fails:
            raise EngineBusy("a token (POST https://login): 429")
        return Grant(f"token-{self.asked}", 60_000)


def test_a_hundred_cold_starts_behind_a_login_and_a_path_make_at_most_two_token_requests(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.start(prefix="/a-cluster", token="the-token") as engine:
        settings = replace(
            table.settings,
            engine_address=engine.address,
            engine_authentication="OAUTH",
            engine_token_address=engine.token_address,
            engine_client_id="id",
            engine_client_secret="the-token",
            engine_tokens=table.name,
        )
        asked = threading.Semaphore(0)
        fetch = SharedTokens._refreshed

        def counted(tokens: SharedTokens, ask: Callable[[], Grant]) -> Grant:
            asked.release()
            return fetch(tokens, ask)

        monkeypatch.setattr(SharedTokens, "_refreshed", counted)
        together = threading.Barrier(COLD_STARTS)

        def cold_start(_: int) -> bool:
            client = EngineClient.from_settings(settings)
            together.wait(60)
            return "brokers" in client.topology()

        with ThreadPoolExecutor(COLD_STARTS) as functions:
            assert all(functions.map(cold_start, range(COLD_STARTS)))
        requests = 0
        while asked.acquire(blocking=False):
            requests += 1
    assert requests == 1


def test_a_token_is_used_until_it_ends_and_renewed_by_one(table: Table) -> None:
    endpoint = Endpoint()
    assert table.tokens().get(endpoint, None, None) == Grant("token-1", 60_000)
    table.clock.advance(59_999)
    assert table.tokens().get(endpoint, None, None) == Grant("token-1", 1)
    table.clock.advance(1)
    assert table.tokens().get(endpoint, None, None) == Grant("token-2", 60_000)


def test_a_token_that_the_engine_refused_is_renewed_and_a_newer_one_is_taken(table: Table) -> None:
    endpoint = Endpoint()
    table.tokens().get(endpoint, None, None)
    assert table.tokens().get(endpoint, "token-1", None).token == "token-2"
    assert table.tokens().get(endpoint, "token-1", None).token == "token-2"
    assert endpoint.asked == 2


def test_a_token_of_another_client_does_not_count(table: Table) -> None:
    endpoint = Endpoint()
    table.tokens("one").get(endpoint, None, None)
    assert table.tokens("other").get(endpoint, None, None).token == "token-2"


def test_functions_with_secrets_of_their_own_have_tokens_of_their_own(table: Table) -> None:
    endpoint = Endpoint()
    table.tokens(item="jobs").get(endpoint, None, None)
    assert table.tokens(item="inbound").get(endpoint, None, None).token == "token-2"
    assert table.tokens(item="jobs").get(endpoint, None, None).token == "token-1"


def test_after_a_failed_refresh_the_next_one_waits(table: Table) -> None:
    endpoint = Endpoint()
    endpoint.fails = True
    with pytest.raises(EngineBusy):
        table.tokens().get(endpoint, None, None)
    endpoint.fails = False
    assert table.tokens().get(endpoint, None, None).token == "token-2"
    assert table.clock.time_ms() > NOW_MS + FAILED_MS


def test_a_function_that_died_while_it_refreshed_is_not_waited_for_any_longer_than_its_claim(table: Table) -> None:
    assert table.tokens()._claim(None)
    assert table.tokens().get(Endpoint(), None, None).token == "token-1"
    assert table.clock.time_ms() > NOW_MS + CLAIM_MS


def test_who_has_no_time_does_not_wait_for_another_function(table: Table) -> None:
    assert table.tokens()._claim(None)
    with pytest.raises(EngineUnreachable, match="another function's request for a token has brought none in time"):
        table.tokens().get(Endpoint(), None, 0.0)


def test_without_the_table_each_function_asks_for_its_own(table: Table) -> None:
    endpoint = Endpoint()
    tokens = SharedTokens(table.dynamodb, "no-such-table", "arn", "client")
    assert [tokens.get(endpoint, None, None).token for _ in range(2)] == ["token-1", "token-2"]


def test_a_client_renews_a_refused_token_for_all(table: Table, httpserver: HTTPServer) -> None:
    endpoint = TokenEndpoint(httpserver)
    settings = replace(
        table.settings,
        engine_address=httpserver.url_for(""),
        engine_authentication="OAUTH",
        engine_token_address=httpserver.url_for("/oauth/token"),
        engine_client_id="id",
        engine_client_secret="secret",
        engine_tokens=table.name,
    )
    first, second = EngineClient.from_settings(settings), EngineClient.from_settings(settings)
    first.topology()
    second.topology()
    endpoint.valid = {"token-2"}
    first.topology()
    second.topology()
    assert len(endpoint.forms) == 2
    assert endpoint.seen == [f"Bearer token-{n}" for n in (1, 1, 1, 2, 1, 2)]
