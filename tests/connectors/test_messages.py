"""Messages: every official template, with an engine in which a process waits for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connector_sdk.engine_client import EngineClient
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.engine import server
from devkit.testing import run_job, services_for
from devkit.testing.official import OfficialBench, OfficialTask
from functions.runtime.messages.app import connector
from tests.connectors.official import official

TYPE = "io.camunda:sendMessage:1"
WAITING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="waiting" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:messageEventDefinition id="d" messageRef="m" /></bpmn:startEvent>
    <bpmn:sequenceFlow id="f" sourceRef="start" targetRef="end" />
    <bpmn:endEvent id="end" />
  </bpmn:process>
  <bpmn:message id="m" name="order placed" />
</bpmn:definitions>
"""
PUBLISH = {"type": "publish"}


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineClient]:
    with server.start() as running:
        client = EngineClient(running.address)
        client.deploy([("waiting.bpmn", WAITING.encode())])
        yield client
        client.close()


def run(engine: EngineClient, **variables: Any) -> Outcome:
    given = {"messageName": "order placed", "correlationType": PUBLISH, **variables}
    return run_job(connector(lambda: engine), given, resultVariable="answer")


def started(engine: EngineClient) -> list[str]:
    return [one["processInstanceKey"] for one in engine.search("process-instances", {"processDefinitionId": "waiting"})]


@pytest.mark.parametrize("task", official(TYPE))
def test_a_message_of_an_official_template_starts_what_waits(task: OfficialTask, bench: OfficialBench) -> None:
    bench.engine.deploy([("waiting.bpmn", WAITING.encode())])
    before = started(bench.engine)
    known = {
        "messageName": "order placed",
        "correlationKey": str(task),
        "variables": {"order": 7},
        "tenantId": "<default>",
        "requestTimeout": "PT10S",
        "correlationType.timeToLive": "PT1M",
        "correlationType.messageId": str(task),
    }
    ran = bench.run(bench.apply(task, known), connector(lambda: bench.engine), services_for({}))

    assert (ran.outcome["command"], ran.state) == ("completion", "COMPLETED"), ran.outcome
    [key] = set(started(bench.engine)) - set(before)
    if task.fill == "all":
        [variable] = bench.engine.search("variables", {"processInstanceKey": key})
        assert (variable["name"], variable["value"]) == ("order", "7")
        answer = json.loads(ran.variables["answer"])
        assert answer["tenantId"] == "<default>"
        assert isinstance(answer["messageKey"], int)
        expected = int(key) if task.chosen("correlationType.type") == "correlate" else None
        assert answer.get("processInstanceKey") == expected


def test_a_message_with_the_same_id_is_refused_while_the_first_waits(engine: EngineClient) -> None:
    twice = {"messageName": "nobody waits", "correlationKey": "k", "correlationType": {**PUBLISH, "messageId": "m-1"}}
    assert isinstance(run(engine, **twice), Complete)
    refused = run(engine, **twice)
    assert isinstance(refused, Fail)
    assert refused.retries == 2
    assert "409" in refused.error_message


def test_a_message_without_time_to_live_waits_for_an_hour(engine: EngineClient) -> None:
    """As Camunda's client for Java has it: while it waits, another with its id is refused."""
    waits = {**PUBLISH, "messageId": "m-2"}
    gone = {**PUBLISH, "messageId": "m-3", "timeToLive": "PT0S"}
    for mode in (waits, gone):
        assert isinstance(run(engine, messageName="nobody waits", correlationType=mode), Complete)
    assert isinstance(run(engine, messageName="nobody waits", correlationType=waits), Fail)
    assert isinstance(run(engine, messageName="nobody waits", correlationType=gone), Complete)


def test_a_blank_correlation_key_is_none(engine: EngineClient) -> None:
    before = started(engine)
    for _ in range(2):
        assert isinstance(run(engine, correlationKey="  "), Complete)
    assert len(set(started(engine)) - set(before)) == 2


def test_a_message_that_nobody_waits_for_cannot_be_correlated(engine: EngineClient) -> None:
    outcome = run(engine, messageName="nobody waits", correlationType={"type": "correlate"})
    assert isinstance(outcome, Fail)
    assert outcome.retries == 2
    assert "404" in outcome.error_message


@pytest.mark.parametrize(
    ("variables", "where"),
    [
        ({"messageName": " "}, "messageName: Validation failed. Original message: must not be blank"),
        ({"correlationType": {"type": "shout"}}, "correlationType"),
        ({"correlationType": {**PUBLISH, "timeToLive": "soon"}}, "must be a duration such as PT1H"),
        ({"requestTimeout": "P1M"}, "requestTimeout: Validation failed. Original message: must be a duration"),
        ({"variables": "text"}, "variables"),
    ],
)
def test_an_input_that_can_never_work_fails_at_once(
    variables: dict[str, Any], where: str, engine: EngineClient
) -> None:
    outcome = run(engine, **variables)
    assert isinstance(outcome, Fail)
    assert outcome.retries == 0
    assert where in outcome.error_message


def test_an_engine_that_is_away_is_tried_again() -> None:
    outcome = run(EngineClient("http://127.0.0.1:9"))
    assert isinstance(outcome, Fail)
    assert outcome.retries == 2
    assert "127.0.0.1:9" in outcome.error_message
