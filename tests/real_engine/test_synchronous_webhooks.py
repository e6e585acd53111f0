"""Senders who wait for what a process does: on the development engine and on a real one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from connector_sdk.bpmn import read
from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.delivering import deliver
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.stores.sqlite import SqliteDeliveries
from functions.inbound.webhook.app import handler
from tests.real_engine.conftest import AnyEngine

Send = Callable[[str, Any], Answer]
TRIES = 500
SUM = """<bpmn:startEvent id="asked">{hook}<bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="asked" targetRef="add" />
    <bpmn:scriptTask id="add"><bpmn:extensionElements>
      <zeebe:script expression="=a + b" resultVariable="total" />
    </bpmn:extensionElements><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:scriptTask>
    <bpmn:sequenceFlow id="f2" sourceRef="add" targetRef="end" />
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>"""
WAIT = """<bpmn:startEvent id="begin"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="paid" />
    <bpmn:intermediateCatchEvent id="paid">{hook}<bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
      <bpmn:messageEventDefinition id="me" messageRef="m" /></bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="paid" targetRef="end" />
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>"""


def model(name: str, elements: str, **properties: str) -> str:
    named = {"inbound.type": handler.type, "inbound.context": name, "synchronousResponse": "true"} | properties
    listed = "".join(f'<zeebe:property name="{name}" value="{value}" />' for name, value in named.items())
    hook = f"<bpmn:extensionElements><zeebe:properties>{listed}</zeebe:properties></bpmn:extensionElements>"
    return f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="{name}" isExecutable="true">{elements.format(hook=hook)}</bpmn:process>
  <bpmn:message id="m" name="{name}"><bpmn:extensionElements>
    <zeebe:subscription correlationKey="=order" /></bpmn:extensionElements></bpmn:message>
</bpmn:definitions>"""


@pytest.fixture
def engine(any_engine: AnyEngine) -> Iterator[EngineClient]:
    with closing(EngineClient(any_engine.address)) as client:
        yield client


@pytest.fixture
def send(engine: EngineClient) -> Iterator[Send]:
    """Deploy a model and post JSON to its webhook."""
    routes = Routes([handler], EnvironmentSecrets({}))
    with SqliteDeliveries(":memory:") as store:

        def send(xml: str, body: Any) -> Answer:
            for deployed in engine.deploy([("model.bpmn", xml.encode())]):
                assert routes.deploy(deployed, elements_of(read(xml), deployed)) == []
                path = f"/inbound/{deployed.process_definition_id}"
            now, headers = SystemClock().time_ms(), {"content-type": "application/json"}
            request = WebhookRequest("POST", path, json.dumps(body).encode(), headers, received_ms=now)
            return deliver(request, WebhookServices(routes, engine, store))

        yield send
        assert store.newest() == []


def test_a_sender_gets_what_the_process_made_of_its_event(send: Send) -> None:
    xml = model(
        f"sum-{uuid4().hex}",
        SUM,
        resultExpression="={a: request.body.a, b: request.body.b}",
        **{"inbound.responseExpression": "={body: {total: correlation.variables.total}}"},
    )

    answer = send(xml, {"a": 40, "b": 2})

    assert (answer.status, json.loads(answer.body)) == (200, {"total": 42})


def test_a_sender_hears_which_instance_took_its_event_and_that_nobody_waits(engine: EngineClient, send: Send) -> None:
    name, order = f"wait-{uuid4().hex}", uuid4().hex
    xml = model(
        name,
        WAIT,
        correlationKeyExpression="=request.body.order",
        **{"inbound.responseExpression": "={body: {instance: correlation.processInstanceKey}}"},
    )
    assert send(xml, {"order": order}).status == 404
    created = engine.create_instance(process_definition_id=name, variables={"order": order})

    # Instances come to their events in their own time.
    answer = next(one for one in (send(xml, {"order": order}) for _ in range(TRIES)) if one.status != 404)

    assert (answer.status, json.loads(answer.body)) == (200, {"instance": int(created.process_instance_key)})
