"""A signed GitHub webhook from the socket to the engine's REST API: gateway, handler, engine client."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.bpmn import read
from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import DeployedProcess, EngineClient
from connector_sdk.inbound.delivering import deliver
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.signatures.github import GitHubSignature
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.stores import State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.gateway import RunningGateway, start
from functions.inbound.webhook.app import handler
from functions.runtime.redelivery import Redelivery

SECRET = "It's a Secret to Everybody"
PROCESS = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
                  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="issues" isExecutable="true">
    <bpmn:startEvent id="opened">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:webhook:1" />
        <zeebe:property name="inbound.context" value="issues" />
        <zeebe:property name="inbound.method" value="post" />
        <zeebe:property name="inbound.shouldValidateHmac" value="enabled" />
        <zeebe:property name="inbound.hmacSecret" value="{{secrets.HOOK}}" />
        <zeebe:property name="inbound.hmacHeader" value="X-Hub-Signature-256" />
        <zeebe:property name="inbound.hmacAlgorithm" value="sha_256" />
        <zeebe:property name="resultExpression" value="={title: request.body.issue.title}" />
        <zeebe:property name="inbound.responseExpression"
                        value="={statusCode: 201, body: {instance: string(correlation.processInstanceKey)}}" />
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:messageEventDefinition id="m" messageRef="opened-message" />
    </bpmn:startEvent>
    <bpmn:startEvent id="plain">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:webhook:1" />
        <zeebe:property name="inbound.context" value="plain" />
      </zeebe:properties></bpmn:extensionElements>
    </bpmn:startEvent>
  </bpmn:process>
  <bpmn:message id="opened-message" name="issue opened" />
</bpmn:definitions>"""


ENGINE = {"gatewayVersion": "8.8.0"}
"""Asked whether it knows business ids, before an instance is created."""


class Host:
    """Everything on one machine but the engine, which is the test's own HTTP server."""

    def __init__(self, gateway: RunningGateway, services: WebhookServices, engine: EngineClient) -> None:
        self.gateway = gateway
        self.services = services
        self.store = services.deliveries
        self.engine = engine

    def send(self, body: bytes, path: str = "/inbound/issues", secret: str = SECRET) -> tuple[int, str]:
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "issues",
            "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            **GitHubSignature(secret).sign(WebhookRequest("POST", path, body)),
        }
        request = urllib.request.Request(self.gateway.address + path, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture
def host(httpserver: HTTPServer, tmp_path: Path) -> Iterator[Host]:
    with ExitStack() as stack:
        store = stack.enter_context(SqliteDeliveries(tmp_path / "deliveries.db"))
        engine = stack.enter_context(closing(EngineClient(httpserver.url_for("/"), read_timeout=5)))
        routes = Routes([handler], EnvironmentSecrets({"SECRET_HOOK": SECRET}))
        deployed = DeployedProcess("issues", 7, "2251799813685250", "issues.bpmn")
        assert routes.deploy(deployed, elements_of(read(PROCESS), deployed)) == []
        services = WebhookServices(routes, engine, store)
        yield Host(stack.enter_context(start(handler.serving(services))), services, engine)


def test_a_signed_github_event_becomes_a_message_and_a_wrong_signature_does_not(
    host: Host, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request("/v2/messages/publication", "POST").respond_with_json({"messageKey": 42})

    assert host.send(b'{"issue": {"title": "It broke"}}', secret="guessed")[0] == 401
    status, _ = host.send(b'{"issue": {"title": "It broke"}}')

    assert status == 201
    [(request, _)] = httpserver.log
    assert json.loads(request.data) == {
        "name": "issue opened",
        "correlationKey": "",
        "timeToLive": 3_600_000,
        "messageId": "issues:72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "variables": {"title": "It broke"},
        "tenantId": "<default>",
    }


def test_a_plain_start_event_creates_an_instance_of_the_deployed_version(host: Host, httpserver: HTTPServer) -> None:
    created = {"processInstanceKey": "1", "processDefinitionKey": "2", "processDefinitionId": "issues"}
    httpserver.expect_request("/v2/topology").respond_with_json(ENGINE)
    httpserver.expect_request("/v2/process-instances").respond_with_json(created | {"processDefinitionVersion": 7})

    assert host.send(b"{}", "/inbound/plain") == (200, "")
    request, _ = httpserver.log[-1]
    assert json.loads(request.data)["processDefinitionVersion"] == 7


def test_an_event_that_came_while_the_engine_was_away_reaches_it_once(host: Host, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/v2/messages/publication").respond_with_data("", 503)
    httpserver.expect_ordered_request("/v2/topology").respond_with_json(ENGINE)
    httpserver.expect_ordered_request("/v2/messages/publication").respond_with_json({"messageKey": 42})
    assert host.send(b'{"issue": {}}')[0] == 201
    [left] = host.store.newest()
    host.store.replay(left.id, 0)

    summary = Redelivery(host.store, host.engine).round()

    assert summary.states == {State.PUBLISHED: 1}
    assert host.send(b'{"issue": {}}')[0] == 202
    assert [request.path for request, _ in httpserver.log] == [
        "/v2/messages/publication",
        "/v2/topology",
        "/v2/messages/publication",
    ]


def test_an_engine_that_says_nothing_is_given_up_within_the_budget(host: Host, httpserver: HTTPServer) -> None:
    asked, ended = threading.Event(), threading.Event()

    def silent(_: Request) -> Response:
        asked.set()
        ended.wait(30)
        return Response("{}")

    httpserver.expect_request("/v2/topology").respond_with_json(ENGINE)
    httpserver.expect_request("/v2/process-instances").respond_with_handler(silent)
    services = replace(host.services, budget_ms=200)
    request = WebhookRequest("POST", "/inbound/plain", received_ms=SystemClock().time_ms())

    assert deliver(request, services).status == 202
    assert asked.is_set()
    ended.set()
