"""What is told of a request whose sender waits for the process."""

import queue
from pathlib import Path

from connector_sdk.engine_client import EngineClient
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from devkit.connector_runtime.models import read_models
from devkit.connector_runtime.runtime import Plan, running
from devkit.connector_runtime.told import Told, WebhookAnswered
from devkit.engine import server
from devkit.events import send
from devkit.events.sample import of_json

MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
  <process id="order" isExecutable="true">
    <startEvent id="start"><extensionElements><zeebe:properties>
      <zeebe:property name="inbound.type" value="io.camunda:webhook:1"/>
      <zeebe:property name="inbound.context" value="orders"/>
      <zeebe:property name="synchronousResponse" value="true"/>
    </zeebe:properties></extensionElements><outgoing>f</outgoing></startEvent>
    <endEvent id="end"><incoming>f</incoming></endEvent>
    <sequenceFlow id="f" sourceRef="start" targetRef="end"/>
  </process>
</definitions>"""
PATIENCE_SECONDS = 30


def test_an_answer_with_a_result_is_told_as_one(tmp_path: Path) -> None:
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    (tmp_path / "order.bpmn").write_text(MODEL, encoding="utf-8")
    with server.start() as running_engine:
        client = EngineClient(running_engine.address)
        models = read_models([tmp_path / "order.bpmn"])
        plan = Plan(client, Settings.read({}), EnvironmentSecrets({}), models, ":memory:", tell=told.put)
        with running(plan) as runtime:
            send(of_json({"id": 1}), runtime.webhooks[0].url, "", "")
            everything = iter(lambda: told.get(timeout=PATIENCE_SECONDS), None)
            answered = next(one for one in everything if isinstance(one, WebhookAnswered))
        client.close()
    assert (answered.status, answered.happened) == (200, "the process has ended")
