"""Senders who wait for what the process does: nothing is queued, and they hear when it fails."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from connector_sdk.bpmn import read
from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound import Answer, Routes, WebhookRequest, WebhookServices, deliver, elements_of
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.engine import server
from functions.inbound.webhook.app import handler
from tests.inbound.host import Webhook, catch_event, element

WAITS = {"synchronousResponse": "true"}
RESULT = {"inbound.responseExpression": "={body: {total: correlation.variables.total}}"}
SUM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="sum" isExecutable="true">
    <bpmn:startEvent id="asked"><bpmn:extensionElements><zeebe:properties>
      <zeebe:property name="inbound.type" value="io.camunda:webhook:1" />
      <zeebe:property name="inbound.context" value="sum" />
      <zeebe:property name="synchronousResponse" value="true" />
      <zeebe:property name="resultExpression" value="={a: request.body.a, b: request.body.b}" />
      <zeebe:property name="inbound.responseExpression" value="={body: {total: correlation.variables.total}}" />
    </zeebe:properties></bpmn:extensionElements><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="asked" targetRef="add" />
    <bpmn:scriptTask id="add"><bpmn:extensionElements>
      <zeebe:script expression="=a + b" resultVariable="total" />
    </bpmn:extensionElements><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:scriptTask>
    <bpmn:sequenceFlow id="f2" sourceRef="add" targetRef="end" />
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>"""


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    with server.start() as running, closing(EngineClient(running.address)) as client:
        yield client


def test_a_sender_gets_what_the_process_made_of_its_event(engine: EngineClient) -> None:
    with ExitStack() as stack:
        store = stack.enter_context(SqliteDeliveries(":memory:"))
        routes = Routes([handler], EnvironmentSecrets({}))
        for deployed in engine.deploy([("sum.bpmn", SUM.encode())]):
            routes.deploy(deployed, elements_of(read(SUM), deployed))
        request = WebhookRequest(
            "POST",
            "/inbound/sum",
            b'{"a": 40, "b": 2}',
            {"content-type": "application/json"},
            received_ms=SystemClock().time_ms(),
        )

        answer = deliver(request, WebhookServices(routes, engine, store))

    assert (answer.status, answer.body) == (200, b'{"total": 42}')


def test_a_start_event_waits_for_the_end_of_its_instance_as_long_as_the_sender_does(webhook: Webhook) -> None:
    webhook.deploy(element(WAITS))

    assert webhook.post({}, received_ms=webhook.clock.time_ms() - 5_000) == Answer(200)
    assert [(one["awaitCompletion"], one["requestTimeout"]) for one in webhook.told] == [(True, 20_000)]


def test_a_message_is_correlated_at_once_and_the_answer_can_name_the_instance(webhook: Webhook) -> None:
    webhook.deploy(
        catch_event(WAITS | {"inbound.responseExpression": "={body: string(correlation.processInstanceKey)}"})
    )

    answer = webhook.post({"id": "o-1"})

    assert answer.body == b"4503599627370497"
    assert [command["path"] for command in webhook.engine.commands] == ["/v2/messages/correlation"]
    assert webhook.told[0]["correlationKey"] == "o-1"


@pytest.mark.parametrize(
    ("engine", "status"),
    [
        ({"close": True}, 503),
        ({"status": 503}, 503),
        ({"status": 429}, 503),
        ({"status": 504}, 504),
        ({"status": 404}, 404),
        ({"status": 400}, 422),
        ({"status": 404, "rawBody": "<html/>"}, 503),
        ({"status": 500}, 503),
    ],
)
def test_what_the_engine_does_not_do_now_is_not_queued(webhook: Webhook, engine: dict[str, Any], status: int) -> None:
    webhook.deploy(catch_event(WAITS))
    webhook.engine.answers = [engine]

    answer = webhook.post({"id": "o-1"}, headers={"webhook-id": "d-1"})

    assert answer.status == status
    assert list(webhook.store.newest()) == []


def test_an_event_that_comes_too_late_is_not_begun(webhook: Webhook) -> None:
    webhook.deploy(element(WAITS))

    assert webhook.post({}, received_ms=webhook.clock.time_ms() - 25_000).status == 504
    assert webhook.post({}, received_ms=webhook.clock.time_ms() - 24_999).status == 200
    assert len(webhook.told) == 1


def test_an_engine_that_is_away_until_the_time_is_over_is_a_time_out(webhook: Webhook) -> None:
    webhook.deploy(element(WAITS))
    webhook.engine.answers = [{"close": True}]
    webhook.engine.before = lambda: webhook.clock.advance(25_000)

    assert webhook.post({}).status == 504


def test_an_event_that_the_model_cannot_use_is_refused_as_ever(webhook: Webhook) -> None:
    webhook.deploy(catch_event(WAITS | {"correlationKeyExpression": "=request.body.missing"}))

    assert webhook.post({}).status == 422
    assert webhook.told == []
