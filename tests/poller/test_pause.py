"""A connector is paused and goes on: in a process by its health endpoint, in a stack by a parameter."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.clock import ControlledClock, SystemClock
from connector_sdk.wire.connection import Connections
from devkit.cli.main import execute
from functions.runtime.poller.figures import Figures
from functions.runtime.poller.health import HealthServer
from functions.runtime.poller.heartbeat import Heartbeat
from functions.runtime.poller.pauses import paused_connectors
from functions.runtime.poller.slots import Slots
from tests.conftest import Aws
from tests.poller.running import QUICKLY, Seen, complete, polling
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine

FIGURES = Figures("fn", 5, 3, 1, 0, 1, 0, 0, 0, 0, 0.0, "polling")


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def address(engine: ScriptedEngine, seen: Seen) -> Iterator[str]:
    with (
        closing(HealthServer("0")) as server,
        polling(engine, complete, seen) as poller,
        server.served(poller, ["fn"]) as address,
    ):
        yield address


def health(address: str) -> dict[str, object]:
    answer = Connections(address).request("GET", "/health")
    assert answer.status == 200
    content: dict[str, object] = json.loads(answer.body)["types"]["t"]
    return content


def until(condition: Callable[[], bool]) -> None:
    end, pause = SystemClock().monotonic() + WAIT_SECONDS, threading.Event()
    while not condition():
        assert SystemClock().monotonic() < end
        pause.wait(0.01)


def test_a_running_poller_says_how_it_goes(engine: ScriptedEngine, seen: Seen, address: str) -> None:
    engine.add("t", 3)
    seen.wait(3)
    figures = health(address)
    assert (figures["function"], figures["activated"], figures["completed"]) == ("fn", 3, 3)
    assert (figures["failed"], figures["state"]) == (0, "polling")


def test_the_health_tells_that_the_engine_gives_nothing_and_that_it_does_again(
    engine: ScriptedEngine, address: str
) -> None:
    engine.refuse("activation", *[503] * 1_000)
    until(lambda: health(address)["state"] == "waiting")
    engine.refuse("activation")
    until(lambda: health(address)["state"] == "polling")


def test_the_health_tells_that_the_engine_takes_no_outcome_while_every_slot_has_one(
    engine: ScriptedEngine, seen: Seen, address: str
) -> None:
    engine.refuse("completion", *[503] * 1_000)
    engine.add("t", QUICKLY["slots_per_type"])
    until(lambda: health(address)["state"] == "waiting")
    assert Connections(address).request("GET", "/ready").status == 503
    engine.refuse("completion")
    seen.wait(QUICKLY["slots_per_type"])
    until(lambda: health(address)["state"] == "polling")


def test_a_connector_of_a_running_poller_is_paused_and_goes_on(
    engine: ScriptedEngine, seen: Seen, address: str
) -> None:
    assert execute(["pause", "fn", "--address", address]) == 0
    assert health(address)["state"] == "paused"
    assert execute(["resume", "fn", "--address", address.removeprefix("http://")]) == 0
    assert health(address)["state"] == "polling"
    engine.add("t")
    assert seen.wait(1)[0].outcome == "completed"


def test_paused_slots_ask_for_nothing_and_can_be_closed() -> None:
    slots = Slots(4, 0.001)
    slots.pause(True)
    assert slots.state == "paused"
    slots.close()
    assert (slots.ask(backlog=False), slots.state) == (0, "stopped")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pause", "other", "--address", "ADDRESS"], "no connector 'other' runs here; there are fn"),
        (["pause", "fn", "--address", "http://127.0.0.1:1"], "no poller answers at http://127.0.0.1:1"),
        (["resume", "fn"], "name a deployed stack with --stack, or a running poller with --address"),
        (["pause", "fn", "--stack", "s", "--address", "http://127.0.0.1:1"], "not both: --stack or --address"),
    ],
)
def test_what_cannot_be_paused_is_one_sentence(
    address: str, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute([address if part == "ADDRESS" else part for part in arguments]) != 0
    assert words in capsys.readouterr().err


def test_the_log_says_that_a_connector_is_paused_and_goes_on(
    engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), polling(engine, complete) as poller:
        for names in ([], ["fn"], ["fn"], [], []):
            poller.pause(names)
    assert [record.getMessage() for record in caplog.records if "fn" in record.getMessage()] == [
        "t is paused: fn gets no more jobs",
        "t goes on: fn gets jobs again",
    ]


@pytest.mark.parametrize("path", ["/health", "/health/", "/health?x=1"])
def test_a_probe_may_spell_the_health_in_its_own_way_and_ask_for_no_content(address: str, path: str) -> None:
    got = Connections(address).request("GET", path)
    assert (got.status, json.loads(got.body)["status"]) == (200, "up")
    asked = Connections(address).request("HEAD", path)
    assert (asked.status, asked.body) == (200, b"")


def test_a_poller_is_ready_unless_none_of_its_types_can_get_jobs(engine: ScriptedEngine, address: str) -> None:
    def ready() -> int:
        return Connections(address).request("GET", "/ready").status

    until(lambda: ready() == 200)
    engine.refuse("activation", *[503] * 1_000)
    until(lambda: ready() == 503)
    assert Connections(address).request("GET", "/health").status == 200
    engine.refuse("activation")
    until(lambda: ready() == 200)
    assert execute(["pause", "fn", "--address", address]) == 0
    assert ready() == 200


def test_other_requests_are_told_what_there_is(address: str) -> None:
    answer = Connections(address).request("GET", "/paused/fn")
    assert (answer.status, urlsplit(address).hostname) == (404, "127.0.0.1")


def test_a_connector_of_a_stack_is_paused_and_goes_on(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**aws.variables, "CONNECTORS_STACK": "paused-stack"}.items():
        monkeypatch.setenv(name, value)
    ssm = AwsEndpoint("ssm", aws.settings)
    for name in ("http-json", "sqs"):
        ssm.operation("PutParameter", {"Name": f"/paused-stack/connectors/{name}", "Value": "{}", "Type": "String"})
    assert execute(["pause", "http_json", "--stack", "paused-stack"]) == 0
    assert paused_connectors(ssm, "paused-stack") == {"http-json"}
    assert execute(["resume", "http-json", "--stack", "paused-stack"]) == 0
    assert execute(["resume", "http-json", "--stack", "paused-stack"]) == 0
    assert paused_connectors(ssm, "paused-stack") == frozenset()
    assert execute(["pause", "nope", "--stack", "paused-stack"]) != 0


def test_metrics_are_what_has_come_since_the_last_minute_and_nothing_is_said_of_zero() -> None:
    lines: list[str] = []
    heartbeat = Heartbeat("shop", lines.append, ControlledClock(7))

    def said() -> dict[str, float]:
        values = [json.loads(line) for line in lines]
        lines.clear()
        assert all(one["Stack"] == "shop" and one["_aws"]["Timestamp"] == 7 for one in values)
        return {name: value for one in values for name, value in one.items() if name not in ("_aws", "Stack")}

    heartbeat({"t": FIGURES})
    assert said() == {"JobsActivated": 5, "JobsCompleted": 3, "JobsFailed": 1, "JobsGivenBack": 1}
    heartbeat({"t": Figures("fn", 7, 3, 1, 0, 1, 0, 4, 1, 2, 1.5, "missing")})
    counted = {"JobsActivated": 2, "JobsRefused": 4, "JobsLost": 1}
    assert said() == {**counted, "JobsInFlight": 2, "OldestJobSeconds": 1.5, "FunctionsMissing": 1}
