"""Signed events while the engine is away or functions are killed: every sender is answered, every event counts once.

The functions are processes, as on Lambda; killed means SIGKILL. Effects are counted at the engine.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connector_sdk.bpmn import read
from connector_sdk.clock import ControlledClock, SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.deployed import routed_process
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.schemes import SCHEMES
from connector_sdk.stores import Deliveries, State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.host import FunctionHost, HostedFunction, from_source
from functions.runtime.redelivery import Redelivery
from tests.conftest import Aws
from tests.real_engine.conftest import AnyEngine
from tests.real_engine.line import Line, Moment, line_to
from tests.real_engine.processes import HEAD

PATIENCE_SECONDS = 10.0
"""GitHub's. A function that takes longer is ended, as its sender would have given up."""
LATER_MS = 600_000
"""When every lease has run out."""
SECRET = "a-secret-that-both-sides-know"
PATHS = {"messages": "/v2/messages/publication", "starts": "/v2/process-instances"}
"""Webhook → the command that its events become."""
SIZES = [
    pytest.param(60, 12, id="60"),
    pytest.param(1000, 200, id="1000", marks=[pytest.mark.wide, pytest.mark.timeout(600)]),
]
"""Deliveries, and how many of them are repeats."""
KILLS = 6
"""At least so many functions are killed in one run."""
PROCESS = """  <bpmn:process id="{kind}-{run}" isExecutable="true">
    <bpmn:startEvent id="{kind}-start">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:webhook:1"/>
        <zeebe:property name="inbound.context" value="{kind}"/>
        <zeebe:property name="inbound.signature.scheme" value="github"/>
        <zeebe:property name="inbound.signature.secret" value="{{{{secrets.HOOK}}}}"/>
        <zeebe:property name="resultExpression" value="={{number: request.body.number}}"/>
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:outgoing>{kind}-flow</bpmn:outgoing>{event}
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="{kind}-flow" sourceRef="{kind}-start" targetRef="{kind}-effect"/>
    <bpmn:serviceTask id="{kind}-effect">
      <bpmn:extensionElements><zeebe:taskDefinition type="{kind}-{run}"/></bpmn:extensionElements>
      <bpmn:incoming>{kind}-flow</bpmn:incoming>
    </bpmn:serviceTask>
  </bpmn:process>
"""
EVENTS = {"messages": '<bpmn:messageEventDefinition id="event" messageRef="message"/>', "starts": ""}
TAIL = '  <bpmn:message id="message" name="ordered-{run}"/>\n</bpmn:definitions>\n'


@dataclass
class Stage:
    """The functions with their store, and the engine at the other end of the line."""

    run: str
    host: FunctionHost
    line: Line
    engine: EngineClient
    store: Deliveries

    def kill(self, moment: Moment, every: int, *victims: str) -> None:
        """From now on the line kills the processes of these functions."""

        def kill() -> None:
            for name in victims:
                for process in self.host.processes(name):
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)

        self.line.moment, self.line.every, self.line.kill = moment, every, kill

    def post(self, number: int) -> int:
        """Send the event of that number: even ones become messages, odd ones plain starts. 0: no answer in time."""
        answer = self.host.invoke("webhook", json.dumps(event(number)).encode())
        return 0 if answer.error else int(json.loads(answer.content)["statusCode"])

    def redeliver(self) -> Counter[State]:
        """A round at a time when every lease has run out; nothing is left after it."""
        clock = ControlledClock(SystemClock().time_ms() + LATER_MS)
        states = Redelivery(self.store, self.engine, clock=clock).round().states
        assert self.store.newest(state=State.PENDING) == []
        return states

    def doubled(self, dead: Iterable[int]) -> Counter[int]:
        """The starts that have two instances when functions died after them: none if the engine knows business ids.

        That is the window of an older engine: whoever was in it, and nobody else.
        """
        return Counter() if self.engine.has_business_ids() else Counter(number for number in dead if number % 2)

    def effects(self, kind: str) -> Counter[int]:
        """How many jobs of the process the engine has, by the number of their event."""
        found: Counter[int] = Counter()
        while jobs := self.engine.activate_jobs(
            f"{kind}-{self.run}", max_jobs=1_000, timeout_ms=3_600_000, worker="count", request_timeout_ms=-1
        ):
            found.update(int(job.variables["number"]) for job in jobs)
        return found


def event(number: int) -> Mapping[str, Any]:
    """What API Gateway makes of GitHub's request."""
    path = f"/inbound/{list(PATHS)[number % 2]}"
    body = json.dumps({"number": number})
    now_ms = SystemClock().time_ms()
    signed = SCHEMES["github"](SECRET).sign(WebhookRequest("POST", path, body.encode()))
    return {
        "rawPath": path,
        "headers": {"content-type": "application/json", "x-github-delivery": f"d-{number}", **signed},
        "requestContext": {"http": {"method": "POST", "path": path}, "timeEpoch": now_ms},
        "body": body,
    }


def numbers(deliveries: int, repeats: int) -> list[int]:
    """The numbers of the events in the order in which they are sent; each repeat comes somewhere after the first."""
    distinct = deliveries - repeats
    sent = [*range(distinct), *range(repeats)]
    Random(deliveries).shuffle(sent)  # noqa: S311 - no secret
    return sent


@pytest.fixture(params=["sqlite", "dynamodb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Deliveries, Mapping[str, str]]]:
    """A store, and the variables with which a function finds it."""
    if request.param == "sqlite":
        with SqliteDeliveries(tmp_path / "deliveries.sqlite") as store:
            yield store, {"CONNECTORS_DELIVERIES": f"sqlite:{tmp_path / 'deliveries.sqlite'}"}
        return
    aws: Aws = request.getfixturevalue("aws")
    with aws.deliveries() as table:
        yield table, {**aws.variables, "CONNECTORS_DELIVERIES": f"dynamodb:{table.table}"}


@pytest.fixture
def stage(any_engine: AnyEngine, place: tuple[Deliveries, Mapping[str, str]], tmp_path: Path) -> Iterator[Stage]:
    store, variables = place
    run = secrets.token_hex(4)
    parts = [PROCESS.format(kind=kind, run=run, event=EVENTS[kind]) for kind in PATHS]
    model = (HEAD + "".join(parts) + TAIL.format(run=run)).encode()
    with ExitStack() as stack:
        engine = stack.enter_context(closing(EngineClient(any_engine.address)))
        routed = [routed_process(read(model), one, 0) for one in engine.deploy([("effects.bpmn", model)])]
        (tmp_path / "routes.json").write_text(json.dumps([one.to_json() for one in routed]))
        line, address = stack.enter_context(line_to(any_engine.address))
        own = {
            "CAMUNDA_REST_ADDRESS": address,
            "CONNECTORS_ROUTES": f"file:{tmp_path / 'routes.json'}",
            "SECRET_HOOK": SECRET,
        }
        functions = {name: hosted(from_source()[name], {**variables, **own}) for name in ("webhook", "redelivery")}
        host = stack.enter_context(FunctionHost(functions, most_environments=1))
        yield Stage(run, host, line, engine, store)


def hosted(function: HostedFunction, variables: Mapping[str, str]) -> HostedFunction:
    patience = PATIENCE_SECONDS if function.group == "inbound" else function.timeout_seconds
    return replace(function, variables=variables, timeout_seconds=patience)


def exactly_once(distinct: int, kind: str) -> Counter[int]:
    return Counter(number for number in range(distinct) if list(PATHS)[number % 2] == kind)


@pytest.mark.parametrize(("deliveries", "repeats"), SIZES)
def test_what_is_sent_while_the_engine_is_away_is_answered_at_once_and_counts_once_it_is_back(
    stage: Stage, deliveries: int, repeats: int
) -> None:
    stage.line.cut = True
    assert {stage.post(number) for number in numbers(deliveries, repeats)} == {202}
    stage.line.cut = False

    assert stage.redeliver() == {State.PUBLISHED: deliveries - repeats}

    for kind in PATHS:
        assert stage.effects(kind) == exactly_once(deliveries - repeats, kind)
    assert stage.post(0) == 202  # a repeat of what redelivery published
    assert stage.effects("messages") == {}


@pytest.mark.parametrize(("deliveries", "repeats"), SIZES)
def test_a_function_killed_between_recording_and_publishing_loses_nothing(
    stage: Stage, deliveries: int, repeats: int
) -> None:
    stage.kill("before", (deliveries - repeats) // KILLS, "webhook")
    answers = Counter(stage.post(number) for number in numbers(deliveries, repeats))

    assert len(stage.line.killed) >= KILLS
    assert set(stage.line.killed) == set(PATHS.values())
    assert answers == {0: len(stage.line.killed), 200: answers[200], 202: answers[202]}
    stage.redeliver()
    for kind in PATHS:
        assert stage.effects(kind) == exactly_once(deliveries - repeats, kind)


@pytest.mark.parametrize(("deliveries", "repeats"), SIZES)
def test_a_function_killed_between_publishing_and_writing_that_down_doubles_no_message(
    stage: Stage, deliveries: int, repeats: int
) -> None:
    stage.kill("after", (deliveries - repeats) // KILLS, "webhook")
    sent = numbers(deliveries, repeats)
    answers = [stage.post(number) for number in sent]
    dead = [number for number, answer in zip(sent, answers, strict=True) if not answer]

    assert len(dead) == len(stage.line.killed) >= KILLS
    assert set(stage.line.killed) == set(PATHS.values())
    stage.redeliver()
    assert stage.effects("messages") == exactly_once(deliveries - repeats, "messages")
    assert stage.effects("starts") == exactly_once(deliveries - repeats, "starts") + stage.doubled(dead)


@pytest.mark.parametrize(("deliveries", "repeats"), SIZES)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_redelivery_that_is_killed_loses_nothing_and_doubles_no_message(
    stage: Stage, deliveries: int, repeats: int, moment: Moment
) -> None:
    stage.line.cut = True
    assert {stage.post(number) for number in numbers(deliveries, repeats)} == {202}
    stage.line.cut = False
    now = SystemClock().time_ms()
    assert all(stage.store.replay(one.id, now) for one in stage.store.newest(limit=deliveries))

    stage.kill(moment, 10, "redelivery")
    assert stage.host.invoke("redelivery", b"{}").error == "Unhandled"
    assert stage.redeliver() == {State.PUBLISHED: deliveries - repeats - 9}

    assert stage.effects("messages") == exactly_once(deliveries - repeats, "messages")
    in_the_window = [1] if moment == "after" and stage.line.killed == [PATHS["starts"]] else []
    started = stage.effects("starts").total()
    assert started == exactly_once(deliveries - repeats, "starts").total() + stage.doubled(in_the_window).total()
