"""A message that a process sends while `connectors run` serves it: it goes to the engine of the run."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from connector_sdk.bpmn import read
from connector_sdk.engine_client import EngineClient
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from devkit.connector_runtime.models import Model
from devkit.connector_runtime.runtime import Plan, running
from devkit.engine.server import start
from functions.runtime.poller.finished import Finished

PROCESS = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="sending" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sendTask id="task">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="io.camunda:sendMessage:1" />
        <zeebe:ioMapping>
          <zeebe:input source="correlate" target="correlationType.type" />
          <zeebe:input source="order placed" target="messageName" />
        </zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:sendTask>
    <bpmn:endEvent id="end"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="task" />
    <bpmn:sequenceFlow id="b" sourceRef="task" targetRef="end" />
  </bpmn:process>
  <bpmn:process id="waiting" isExecutable="true">
    <bpmn:startEvent id="placed">
      <bpmn:outgoing>c</bpmn:outgoing><bpmn:messageEventDefinition id="e" messageRef="m" />
    </bpmn:startEvent>
    <bpmn:endEvent id="done"><bpmn:incoming>c</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="c" sourceRef="placed" targetRef="done" />
  </bpmn:process>
  <bpmn:message id="m" name="order placed" />
</bpmn:definitions>"""


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    server = start()
    yield EngineClient(server.address)
    server.stop()


def test_a_message_reaches_the_engine_of_the_run(engine: EngineClient) -> None:
    jobs: queue.Queue[Finished] = queue.Queue()
    model = Model("sending.bpmn", PROCESS, read(PROCESS))
    plan = Plan(engine, Settings.read({}), EnvironmentSecrets({}), [model], ":memory:", observer=jobs.put)

    with running(plan):
        engine.create_instance(process_definition_id="sending")
        finished = jobs.get(timeout=20)

    assert (finished.outcome, finished.message) == ("completed", "")
    assert len(engine.search("process-instances", {"processDefinitionId": "waiting"})) == 1
