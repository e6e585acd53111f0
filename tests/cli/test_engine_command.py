"""`connectors engine`: the development engine as a process."""

from __future__ import annotations

import re

import pytest

from connector_sdk.engine_client import EngineClient
from devkit.cli.main import execute
from devkit.testing.command_line import connectors


def test_it_serves_the_rest_api_until_a_signal_comes() -> None:
    with connectors("engine", "--port", "0", "--json") as command:
        address = command.event("ready")["address"]
        assert EngineClient(address).topology()["gatewayVersion"]

        assert command.stop() == 0
        command.event("stopped")
        assert command.problems == ""


def test_it_says_what_it_is_and_that_it_has_stopped() -> None:
    with connectors("engine", "--port", "0", "--token", "secret", "--prefix", "/a") as command:
        lines = [command.line() for _ in range(4)]
        assert command.stop() == 0
        lines.append(command.line())
    assert [re.sub(r"127.0.0.1:[0-9]+", "here", line) for line in lines] == [
        "The development engine is at http://here/a; Ctrl-C stops it and forgets everything.",
        "It is for development and tests: one process, no replication, no access control of its own.",
        "Clients find it with CAMUNDA_REST_ADDRESS=http://here/a",
        "and log in with CAMUNDA_AUTH_STRATEGY=OAUTH CAMUNDA_CLIENT_ID=anything CAMUNDA_CLIENT_SECRET=<the token> "
        "CAMUNDA_OAUTH_URL=http://here/oauth/token",
        "The development engine has stopped; everything it had is forgotten.",
    ]


def test_a_controlled_clock_moves_only_when_it_is_told_to() -> None:
    with connectors("engine", "--port", "0", "--controlled-clock", "--json") as command:
        EngineClient(command.event("ready")["address"]).set_clock(4_102_444_800_000)

        assert command.stop() == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "/"], "/ cannot be used to keep the engine's state: unable to open database file; choose another"),
        (["--port", "65536"], "there is no port 65536; --port takes 0 (any free port) to 65535"),
        (["--port", "0", "--prefix", "a"], "'a' is no path to put before the API; give one as SaaS has: /a-cluster"),
        (["--port", "-1"], "there is no port -1; --port takes 0 (any free port) to 65535"),
    ],
)
def test_what_it_cannot_do_is_refused(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["engine", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"connectors: {sentence}")
