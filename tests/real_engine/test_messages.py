"""Messages that a task sends, on both engines."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from connector_sdk.engine_client import EngineClient
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import run_job
from functions.runtime.messages.app import connector
from tests.real_engine.conftest import AnyEngine

WAITING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="{name}" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:messageEventDefinition id="d" messageRef="m" /></bpmn:startEvent>
    <bpmn:sequenceFlow id="f" sourceRef="start" targetRef="end" />
    <bpmn:endEvent id="end" />
  </bpmn:process>
  <bpmn:message id="m" name="{name}" />
</bpmn:definitions>
"""


@pytest.fixture
def engine(any_engine: AnyEngine) -> EngineClient:
    return EngineClient(any_engine.address)


@pytest.fixture
def name(engine: EngineClient) -> str:
    """A message that a deployed process waits for; the process is called the same."""
    name = f"m{uuid.uuid4().hex[:12]}"
    engine.deploy([(f"{name}.bpmn", WAITING.format(name=name).encode())])
    return name


def sent(engine: EngineClient, name: str, mode: dict[str, str], **variables: Any) -> Outcome:
    given = {"messageName": name, "correlationType": mode, **variables}
    return run_job(connector(lambda: engine), given, resultVariable="answer")


def test_a_correlated_message_says_which_instance_it_started(engine: EngineClient, name: str) -> None:
    outcome = sent(engine, name, {"type": "correlate"}, correlationKey="k", variables={"order": 7})
    assert isinstance(outcome, Complete)
    answer = outcome.variables["answer"]
    assert answer["tenantId"] == "<default>"
    assert answer["messageKey"] > 0
    assert answer["processInstanceKey"] > 0


def test_a_message_that_nobody_waits_for_is_refused_or_kept(engine: EngineClient, name: str) -> None:
    refused = sent(engine, f"{name}-nobody", {"type": "correlate"}, correlationKey="k")
    assert isinstance(refused, Fail)
    assert "404" in refused.error_message
    kept = {"type": "publish", "messageId": "1", "timeToLive": "PT1M"}
    assert isinstance(sent(engine, f"{name}-nobody", kept, correlationKey="k"), Complete)
    again = sent(engine, f"{name}-nobody", kept, correlationKey="k")
    assert isinstance(again, Fail)
    assert again.retries == 2
