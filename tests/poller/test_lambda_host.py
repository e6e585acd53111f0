"""The poller as a Lambda function: registry in Parameter Store, functions behind the Invoke API."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineUnreachable
from devkit.engine.server import start
from functions.runtime.poller import app
from functions.runtime.poller.poller import Poller
from tests.poller.scripted_engine import ScriptedEngine
from tests.poller.test_spelled_secrets import PROCESS

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:shop-fn"


@dataclass(frozen=True)
class Context:
    """Lambda's context: what is left of the time stands still."""

    remaining_ms: int = 900_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass
class Account:
    """Parameter Store with one connector, and its function."""

    invocations: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, str]] = field(default_factory=list)

    def parameters(self, request: Request) -> Response:
        return Response(json.dumps({"Parameters": self.entries}))

    def invoke(self, request: Request) -> Response:
        event = json.loads(request.data)
        self.invocations.append(event)
        done = {"command": "completion", "body": {"variables": {"ok": True}}}
        return Response(json.dumps({"outcomes": [{"jobKey": job["jobKey"], **done} for job in event["jobs"]]}))


@pytest.fixture
def account(httpserver: HTTPServer, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    made = Account(
        entries=[
            {
                "Name": "/shop/connectors/fn",
                "Value": json.dumps({"function": ARN, "types": ["t"], "timeout": 20, "fetchVariables": ["url"]}),
            }
        ]
    )
    httpserver.expect_request("/").respond_with_handler(made.parameters)
    httpserver.expect_request(f"/2015-03-31/functions/{ARN}/invocations").respond_with_handler(made.invoke)
    for name, value in {
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": httpserver.url_for(""),
        "CAMUNDA_REST_ADDRESS": engine.address,
        "CAMUNDA_AUTH_STRATEGY": "NONE",
        "CONNECTORS_STACK": "shop",
        "CONNECTORS_POLLER_MODE": "minute",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(app, "WINDOWS", {"minute": app.Window(0.3, 100)})
    yield made
    app.engine.cache_clear()
    app.spelled_secrets.cache_clear()


def test_a_run_hands_jobs_to_their_function_and_brings_the_outcome_back(
    account: Account, engine: ScriptedEngine
) -> None:
    [key] = engine.add("t", variables={"url": "u"})

    assert app.handler({}, Context()) == {"mode": "minute", "counts": {"completed": 1}, "left": 0}

    [invocation] = account.invocations
    assert [job["jobKey"] for job in invocation["jobs"]] == [key]
    assert engine.commands() == [(key, "completion", {"variables": {"ok": True}})]
    assert engine.activations()[0]["fetchVariable"] == ["url"]


@pytest.mark.parametrize(
    ("compatibility", "commands"),
    [("8.8", ["completion"]), ("8.10", ["PATCH", "completion"]), ("", ["PATCH", "completion"])],
)
def test_the_rules_of_the_chosen_version_apply(
    account: Account, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, compatibility: str, commands: list[str]
) -> None:
    monkeypatch.setenv("CONNECTORS_COMPATIBILITY", compatibility)
    engine.add("t", customHeaders={"jobTimeout": "PT5M"})

    app.handler({}, Context())

    assert [command for _, command, _ in engine.commands()] == commands


def test_a_function_is_told_which_secrets_the_element_of_a_job_spells(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start()
    try:
        monkeypatch.setenv("CAMUNDA_REST_ADDRESS", server.address)
        client = EngineClient(server.address)
        client.deploy([("p.bpmn", PROCESS.encode())])
        client.create_instance(process_definition_id="p", variables={"note": "{{secrets.STOLEN}}"})

        assert app.handler({}, Context())["counts"] == {"completed": 1}
    finally:
        server.stop()

    [invocation] = account.invocations
    assert list(invocation["secretNames"].values()) == [["MODELLED"]]


def test_jobs_of_the_stacks_tenants_are_asked_for(
    account: Account, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.handler({}, Context())
    monkeypatch.setenv("CAMUNDA_TENANT_ID", "acme, sales")
    app.handler({}, Context())

    assert {tuple(asked["tenantIds"]) for asked in engine.activations()} == {("<default>",), ("acme", "sales")}


def test_a_run_that_has_hardly_any_time_only_looks_once(
    account: Account, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "WINDOWS", {"minute": app.Window(370.0, 100)})
    engine.add("t")

    done = app.handler({}, Context(60_000))  # twice the margin: nothing is left for the window

    assert done["left"] == 0
    assert len(engine.activations()) <= 2


@pytest.mark.usefixtures("account")
def test_a_run_that_cannot_begin_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    pollers: list[Poller] = []

    def start(poller: Poller) -> None:
        pollers.append(poller)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Poller, "start", start)
    with pytest.raises(RuntimeError):
        app.handler({}, Context())
    assert [poller.stopping.is_set() for poller in pollers] == [True]


def test_runs_share_a_client_and_its_connections(account: Account, engine: ScriptedEngine) -> None:
    app.handler({}, Context())
    first = app.engine().client()
    app.handler({}, Context())

    assert app.engine().client() is first


@pytest.mark.parametrize(
    ("mode", "window", "left_ms", "late_ms", "times"),
    [
        ("minute", app.Window(2.0, 1_000), 900_000, 1_000, 2),
        ("always", app.Window(370.0, 10_000), 900_000, 100_000, 4),
        ("always", app.Window(370.0, 10_000), 60_000, 20_000, 2),  # 30 seconds are left for it
    ],
)
@pytest.mark.usefixtures("account")
def test_an_engine_that_is_away_is_waited_for_no_longer_than_a_run_takes_jobs(
    monkeypatch: pytest.MonkeyPatch, mode: str, window: app.Window, left_ms: int, late_ms: int, times: int
) -> None:
    clock = ControlledClock()
    monkeypatch.setattr(app, "SystemClock", lambda: clock)
    monkeypatch.setattr(app, "WINDOWS", {mode: window})
    monkeypatch.setenv("CONNECTORS_POLLER_MODE", mode)
    asked: list[int] = []

    def late(client: EngineClient) -> dict[str, Any]:
        asked.append(1)
        clock.advance(late_ms)
        raise EngineUnreachable("no answer")

    monkeypatch.setattr(EngineClient, "topology", late)
    with pytest.raises(EngineUnreachable):
        app.handler({}, Context(left_ms))
    assert len(asked) == times


def test_no_jobs_are_taken_when_the_poller_is_off(
    account: Account, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTORS_POLLER_MODE", "off")

    assert app.handler({}, Context()) == {"mode": "off", "counts": {}, "left": 0}
    assert engine.requests == []


def test_a_stack_without_connectors_takes_no_jobs(account: Account, engine: ScriptedEngine) -> None:
    account.entries.clear()

    assert app.handler({}, Context()) == {"mode": "minute", "counts": {}, "left": 0}
    assert engine.requests == []


def test_calls_that_may_be_repeated_share_an_invocation_during_a_backlog(
    account: Account, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTORS_BATCH_SIZE", "4")
    entry = json.loads(account.entries[0]["Value"])
    account.entries[0]["Value"] = json.dumps({**entry, "repeat": "safe"})
    engine.add("t", 18)

    assert app.handler({}, Context())["counts"] == {"completed": 18}

    # The first answer, of 8 slots that the type owns, is full: a backlog. So is not the second, of those it borrows.
    assert sorted(len(event["jobs"]) for event in account.invocations) == [1] * 10 + [4, 4]


def test_the_windows_leave_no_gap_between_runs_and_end_before_the_function() -> None:
    always = app.WINDOWS["always"]

    assert always.seconds == 370  # the next run starts after 300
    assert always.seconds + app.END_MARGIN_SECONDS < 900
