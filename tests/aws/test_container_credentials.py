"""The keys of a container's role, from an agent on this machine."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk import container_credentials
from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.clock import ControlledClock
from connector_sdk.container_credentials import ContainerCredentials, credentials_of
from connector_sdk.errors import AwsUnreachable, SettingsError
from connector_sdk.settings import Settings
from connector_sdk.sigv4 import Credentials

NOW = 1_700_000_000_000
HOUR = "2023-11-14T23:13:20Z"
"""An hour after NOW."""
LATER = "2023-11-15T00:13:20Z"


class Agent:
    """Answers with the next of its answers, the last one is repeated; notes who asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.answers: list[Any] = [keys("1")]
        self.asked: list[tuple[str, str | None]] = []
        self.address = server.url_for("/v2/credentials?id=7")
        server.expect_request("/v2/credentials").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        self.asked.append((request.full_path, request.headers.get("Authorization")))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        status = answer if isinstance(answer, int) else 200
        return Response(answer if isinstance(answer, str) else json.dumps(answer), status)


def keys(number: str, ends: str = HOUR, **changes: Any) -> dict[str, Any]:
    return {
        "RoleArn": "arn:aws:iam::123456789012:role/poller",
        "AccessKeyId": f"AKID{number}",
        "SecretAccessKey": f"secret{number}",
        "Token": f"token{number}",
        "Expiration": ends,
        **changes,
    }


@pytest.fixture
def agent(httpserver: HTTPServer) -> Iterator[Agent]:
    yield Agent(httpserver)
    container_credentials._shared.cache_clear()


def minutes(count: float) -> int:
    return int(count * 60_000)


def test_keys_are_fetched_once_and_again_ten_minutes_before_they_end(agent: Agent) -> None:
    clock = ControlledClock(NOW)
    found = ContainerCredentials(agent.address, clock=clock)
    agent.answers = [keys("1"), keys("2", LATER)]

    assert found() == Credentials("AKID1", "secret1", "token1")
    clock.advance(minutes(50) - 1)
    assert found().access_key_id == "AKID1"
    assert agent.asked == [("/v2/credentials?id=7", None)]
    clock.advance(1)
    assert found() == Credentials("AKID2", "secret2", "token2")
    assert len(agent.asked) == 2


def test_old_keys_are_used_until_they_end_if_there_are_no_new_ones(
    agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ControlledClock(NOW)
    found = ContainerCredentials(agent.address, clock=clock)
    agent.answers = [keys("1"), 500, 500, keys("2", LATER)]
    found()

    clock.advance(minutes(50))
    assert found().access_key_id == "AKID1"
    assert found().access_key_id == "AKID1"
    assert len(agent.asked) == 2
    clock.advance(minutes(10))
    with pytest.raises(AwsUnreachable, match=r"no keys for the container from localhost:.*: it answered 500"):
        found()
    with pytest.raises(AwsUnreachable):
        found()
    assert len(agent.asked) == 3
    clock.advance(10_000)
    assert found().access_key_id == "AKID2"
    assert [record.levelno for record in caplog.records if record.name.startswith("connector_sdk")] == [
        logging.WARNING
    ] * 2


def test_a_token_file_is_read_for_each_request_since_its_content_changes(agent: Agent, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    clock = ControlledClock(NOW)
    found = ContainerCredentials(agent.address, str(file), clock)
    agent.answers = [keys("1"), keys("2", LATER)]

    found()
    file.write_text("second")
    clock.advance(minutes(55))
    found()

    assert [token for _, token in agent.asked] == ["first", "second"]


def test_a_token_file_that_is_gone_is_named(agent: Agent, tmp_path: Path) -> None:
    with pytest.raises(AwsUnreachable, match=r"No such file or directory: .*gone"):
        ContainerCredentials(agent.address, str(tmp_path / "gone"), ControlledClock(NOW))()

    assert agent.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        "no JSON secret1",
        "[]",
        {},
        keys("1", Token=None),
        keys("1", AccessKeyId=""),
        keys("1", "soon"),
        keys("1", "2023-11-14T23:13:20"),
        keys("1", Expiration=5),
    ],
)
def test_an_answer_that_holds_no_keys_is_not_repeated_to_anybody(agent: Agent, answer: Any) -> None:
    agent.answers = [answer]

    with pytest.raises(AwsUnreachable) as caught:
        ContainerCredentials(agent.address, clock=ControlledClock(NOW))()

    assert "the answer holds no keys" in str(caught.value)
    assert "secret1" not in str(caught.value)


@pytest.mark.parametrize(
    "place",
    ["http://169.254.169.254/keys", "http://example.com/keys", "ftp://localhost/keys", "https:///keys", "keys"],
)
def test_keys_are_asked_for_only_where_they_may_be(place: str) -> None:
    with pytest.raises(SettingsError, match="AWS_CONTAINER_CREDENTIALS_FULL_URI is not an https:// address"):
        ContainerCredentials(place)


@pytest.mark.parametrize(
    "place",
    [
        "/v2/credentials/5",
        "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials",
        "http://[::1]:8080/",
        "https://keys.example/",
    ],
)
def test_the_agents_of_aws_this_machine_and_whoever_has_a_certificate_may_be_asked(place: str) -> None:
    ContainerCredentials(place)


def settings(agent: Agent, **more: str) -> Settings:
    return Settings.read({"AWS_REGION": "eu-central-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI": agent.address, **more})


def test_requests_are_signed_with_the_containers_keys(agent: Agent, httpserver: HTTPServer) -> None:
    agent.answers = [keys("1", "2999-01-01T00:00:00Z")]
    signed: list[str] = []

    def service(request: Request) -> Response:
        signed.append(f"{request.headers['Authorization']} {request.headers['X-Amz-Security-Token']}")
        return Response("{}")

    httpserver.expect_request("/").respond_with_handler(service)
    for name in ("ssm", "secretsmanager"):
        AwsEndpoint(name, settings(agent, AWS_ENDPOINT_URL=httpserver.url_for(""))).operation("Any", {})

    assert [("Credential=AKID1/" in one, one.endswith(" token1")) for one in signed] == [(True, True)] * 2
    assert len(agent.asked) == 1


def test_keys_in_the_environment_come_first(agent: Agent) -> None:
    own = settings(agent, AWS_ACCESS_KEY_ID="own", AWS_SECRET_ACCESS_KEY="s")

    assert credentials_of(own)() == Credentials("own", "s")
    assert agent.asked == []


def test_ecs_own_path_goes_before_a_whole_address() -> None:
    read = Settings.read(
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/"}
    )

    assert read.container_credentials == "/v2/x"


def test_threads_that_come_together_ask_once(agent: Agent) -> None:
    found, together = ContainerCredentials(agent.address, clock=ControlledClock(NOW)), threading.Barrier(8)
    seen: list[Credentials] = []

    def one() -> None:
        together.wait(10)
        seen.append(found())

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(seen) == 8
    assert len(agent.asked) == 1
