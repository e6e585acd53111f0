"""A message that a process sends while `connectors run` serves it: it goes to the engine of the run."""

from __future__ import annotations

from connector_sdk.engine_client import EngineClient
from tests.connector_runtime.conftest import first_job

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


def test_a_message_reaches_the_engine_of_the_run(engine: EngineClient) -> None:
    finished = first_job(engine, PROCESS)

    assert (finished.outcome, finished.message) == ("completed", "")
    assert len(engine.search("process-instances", {"processDefinitionId": "waiting"})) == 1
