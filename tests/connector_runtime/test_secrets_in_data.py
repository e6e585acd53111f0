"""A job uses the secrets that its own element spells; a name that came in with the data is refused."""

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


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    server = start()
    yield EngineClient(server.address)
    server.stop()


def finished_job(engine: EngineClient, note: str) -> Finished:
    jobs: queue.Queue[Finished] = queue.Queue()
    model = Model("call.bpmn", PROCESS, read(PROCESS))
    plan = Plan(engine, Settings.read({}), SECRETS, [model], ":memory:", observer=jobs.put)
    with running(plan):
        engine.create_instance(process_definition_id="call", variables={"note": note})
        return jobs.get(timeout=20)


def test_a_secret_that_only_the_data_names_is_refused_with_the_way_to_allow_it(engine: EngineClient) -> None:
    finished = finished_job(engine, "{{secrets.STOLEN}}")

    assert finished.outcome == "failed"
    assert finished.message == (
        "Secret with name 'STOLEN' is not allowed here: it came in with the data. "
        "Write {{secrets.STOLEN}} into an input mapping of the element itself to allow it"
    )


def test_a_secret_that_the_model_spells_is_used(engine: EngineClient) -> None:
    """The call then ends at the guarded address, after the secrets were resolved."""
    finished = finished_job(engine, "plain")

    assert "CONNECTORS_ALLOW_ADDRESSES" in finished.message
