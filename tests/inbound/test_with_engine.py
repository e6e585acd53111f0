"""Webhooks against the development engine: what a process does because of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

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
from devkit.engine import server
from functions.inbound.webhook.app import handler

Send = Callable[[str, str], Answer]


def hook(path: str, **properties: str) -> str:
    named = {"inbound.type": "io.camunda:webhook:1", "inbound.context": path} | properties
    listed = "".join(f'<zeebe:property name="{name}" value="{value}" />' for name, value in named.items())
    return f"<bpmn:extensionElements><zeebe:properties>{listed}</zeebe:properties></bpmn:extensionElements>"


ORDER = f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="order" isExecutable="true">
    <bpmn:startEvent id="ordered">{hook("orders", resultExpression="={order: request.body.id}")}</bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="ordered" targetRef="paid" />
    <bpmn:intermediateCatchEvent id="paid">
      {hook("payments", resultVariable="payment", correlationKeyExpression="=request.body.order")}
      <bpmn:messageEventDefinition id="m" messageRef="payment" />
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="paid" targetRef="end" />
    <bpmn:endEvent id="end" />
  </bpmn:process>
  <bpmn:message id="payment" name="payment">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=order" /></bpmn:extensionElements>
  </bpmn:message>
</bpmn:definitions>"""


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    with server.start() as running, closing(EngineClient(running.address)) as client:
        yield client


@pytest.fixture
def send(engine: EngineClient) -> Iterator[Send]:
    with ExitStack() as stack:
        store = stack.enter_context(SqliteDeliveries(":memory:"))
        routes = Routes([handler], EnvironmentSecrets({}))
        for deployed in engine.deploy([("order.bpmn", ORDER.encode())]):
            assert routes.deploy(deployed, elements_of(read(ORDER), deployed)) == []
        services = WebhookServices(routes, engine, store)

        def send(path: str, body: str) -> Answer:
            now = SystemClock().time_ms()
            headers = {"content-type": "application/json", "webhook-id": path}
            return deliver(
                WebhookRequest("POST", f"/inbound/{path}", body.encode(), headers, received_ms=now), services
            )

        yield send


def test_one_webhook_starts_a_process_and_another_one_ends_it(engine: EngineClient, send: Send) -> None:
    assert send("orders", '{"id": "o-1"}') == Answer(200)
    assert send("payments", '{"order": "o-1", "amount": 5}') == Answer(200)

    [instance] = engine.search("process-instances", {"processDefinitionId": "order"})
    variables = engine.search("variables", {"processInstanceKey": instance["processInstanceKey"], "name": "order"})
    assert instance["state"] == "COMPLETED"
    assert [one["value"] for one in variables] == ['"o-1"']


def test_a_repeated_webhook_starts_no_second_process(engine: EngineClient, send: Send) -> None:
    send("orders", '{"id": "o-1"}')
    send("orders", '{"id": "o-1"}')

    assert len(engine.search("process-instances", {"processDefinitionId": "order"})) == 1


@pytest.mark.parametrize(("levels", "status"), [(256, 200), (257, 400)])
def test_the_deepest_body_that_is_taken_reaches_the_engine(
    engine: EngineClient, send: Send, levels: int, status: int
) -> None:
    inner = levels - 1

    assert send("payments", '{"order": "o-1", "deep": ' + "[" * inner + "]" * inner + "}").status == status
