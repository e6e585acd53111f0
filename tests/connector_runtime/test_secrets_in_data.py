"""A job uses the secrets that its own element spells; a name that came in with the data is refused."""

from __future__ import annotations

from connector_sdk.engine_client import EngineClient
from connector_sdk.secrets import EnvironmentSecrets
from tests.connector_runtime.conftest import first_job

PROCESS = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="call" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:serviceTask id="task">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="io.camunda:http-json:1" />
        <zeebe:ioMapping>
          <zeebe:input source="GET" target="method" />
          <zeebe:input source="http://127.0.0.1:9/{{secrets.MODELLED}}" target="url" />
          <zeebe:input source="={note: note}" target="queryParameters" />
        </zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:endEvent id="end"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="task" />
    <bpmn:sequenceFlow id="b" sourceRef="task" targetRef="end" />
  </bpmn:process>
</bpmn:definitions>"""
SECRETS = EnvironmentSecrets({"SECRET_MODELLED": "path", "SECRET_STOLEN": "hunter2"})


def test_a_secret_that_only_the_data_names_is_refused_with_the_way_to_allow_it(engine: EngineClient) -> None:
    finished = first_job(engine, PROCESS, SECRETS, note="{{secrets.STOLEN}}")

    assert finished.outcome == "failed"
    assert finished.message == (
        "Secret with name 'STOLEN' is not allowed here: it came in with the data. "
        "Write {{secrets.STOLEN}} into an input mapping of the element itself to allow it"
    )


def test_a_secret_that_the_model_spells_is_used(engine: EngineClient) -> None:
    """The call then ends at the guarded address, after the secrets were resolved."""
    finished = first_job(engine, PROCESS, SECRETS, note="plain")

    assert "CONNECTORS_ALLOW_ADDRESSES" in finished.message
