"""For the functions of schedules, webhooks and the engine an event that ends well, for `bench/cold_start.py`.

Each has a development engine with what it looks for there. Where AWS is asked, a server says what AWS would say.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import quoteattr

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bench.good_ends import ANY, GoodEnd, GoodEnds, mailbox, sample
from connector_sdk.clock import SystemClock, utc
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.slack import SlackSignature
from connector_sdk.stores import Delivery
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.checkout import ROOT
from devkit.host.surroundings import SLACK_SECRET, engine_with

OPEN = {"CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1"}
STACK = "shop"
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:shop-orders"
JOB_TYPE = "order"
MODEL = """\
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    targetNamespace="http://bpmn.io/schema/bpmn">
  <message id="message" name="orders">
    <extensionElements><zeebe:subscription correlationKey="=key" /></extensionElements>
  </message>
  <process id="orders" isExecutable="true">
    <startEvent id="start" />
    <sequenceFlow id="first" sourceRef="start" targetRef="waits" />
    {waits}
  </process>
</definitions>
"""
CATCHES = """<intermediateCatchEvent id="waits">
      <extensionElements><zeebe:properties>{properties}</zeebe:properties></extensionElements>
      <messageEventDefinition messageRef="message" />
    </intermediateCatchEvent>"""
WORKS = f"""<serviceTask id="waits">
      <extensionElements><zeebe:taskDefinition type="{JOB_TYPE}" /></extensionElements>
    </serviceTask>"""


@contextmanager
def _waiting(waits: str) -> Iterator[Mapping[str, str]]:
    """An engine with an instance that waits; yields the variables of a function that serves it."""
    with ExitStack() as stack:
        model = Path(stack.enter_context(TemporaryDirectory())) / "orders.bpmn"
        model.write_text(MODEL.format(waits=waits), encoding="utf-8")
        variables = engine_with(stack, model)
        engine = EngineClient(variables["CAMUNDA_REST_ADDRESS"])
        stack.callback(engine.close)
        engine.create_instance(process_definition_id="orders", variables={"key": "7"})
        yield {**variables, **OPEN}


def _catching(properties: Mapping[str, str]) -> str:
    stated = {"correlationKeyProcess": "=key", "correlationKeyExpression": '="7"', **properties}
    named = (f"<zeebe:property name={quoteattr(name)} value={quoteattr(text)} />" for name, text in stated.items())
    return CATCHES.format(properties="".join(named))


@contextmanager
def _http_polling() -> Iterator[GoodEnd]:
    with HTTPServer() as server:
        server.expect_request(ANY).respond_with_json({"paid": True})
        properties = {
            "inbound.type": "io.camunda:http-polling:1",
            "authentication.type": "noAuth",
            "method": "GET",
            "url": server.url_for("/orders"),
            "httpRequestInterval": "PT1H",
            "resultExpression": "={paid: body.paid}",
        }
        with _waiting(_catching(properties)) as variables:
            yield GoodEnd({"time": utc(SystemClock()).isoformat()}, variables)


@contextmanager
def _email_polling() -> Iterator[GoodEnd]:
    with mailbox("shop") as (running, box):
        properties = {
            "inbound.type": "io.camunda:connector-email-inbound:1",
            "authentication.type": "simple",
            "authentication.username": "shop",
            "authentication.password": running.password,
            "data.imapConfig.imapHost": "127.0.0.1",
            "data.imapConfig.imapPort": str(running.imap),
            "data.imapConfig.imapCryptographicProtocol": "NONE",
            "data.pollingConfig.handlingStrategy": "READ",
            "data.pollingWaitTime": "PT1S",
            "resultExpression": "={subject: subject}",
        }
        with _waiting(_catching(properties)) as variables:
            almost_over = utc(SystemClock()) - timedelta(seconds=55)
            yield GoodEnd({"time": almost_over.isoformat()}, variables)
        box.select("INBOX", readonly=True)
        if box.search(None, "SEEN")[1] == [b""]:
            raise RuntimeError("the mail was not taken: see what email-polling says in its log")


@contextmanager
def _poller() -> Iterator[GoodEnd]:
    entry = {"function": ARN, "types": [JOB_TYPE], "timeout": 20}
    parameters = [{"Name": f"/{STACK}/connectors/orders", "Value": json.dumps(entry)}]

    def invoked(request: Request) -> Response:
        done = {"command": "completion", "body": {"variables": {}}}
        outcomes = [{"jobKey": job["jobKey"], **done} for job in json.loads(request.data)["jobs"]]
        return Response(json.dumps({"outcomes": outcomes}))

    with HTTPServer(threaded=True) as aws, _waiting(WORKS) as variables:
        aws.expect_request("/").respond_with_json({"Parameters": parameters})
        aws.expect_request(f"/2015-03-31/functions/{ARN}/invocations").respond_with_handler(invoked)
        own = {"CONNECTORS_STACK": STACK, "CONNECTORS_POLLER_MODE": "minute", "CAMUNDA_AUTH_STRATEGY": "NONE"}
        yield GoodEnd({}, {**variables, **_account(aws.url_for("")), **own})


@contextmanager
def _importer() -> Iterator[GoodEnd]:
    """An empty table, an API without routes, and the example's process, which nobody has entered yet."""
    api = {"api": "a1", "targets": {"io.camunda:webhook:1": "generic"}}
    own = {"CONNECTORS_ROUTES": "dynamodb:routes", "CONNECTORS_WEBHOOK_API": json.dumps(api)}
    with HTTPServer() as aws:
        aws.expect_request(ANY).respond_with_json({"Items": [], "items": []})
        yield GoodEnd({}, {**_account(aws.url_for("")), **own})


def _account(address: str) -> Mapping[str, str]:
    return {
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": address,
    }


@contextmanager
def _redelivery() -> Iterator[GoodEnd]:
    element: dict[str, Any] = {
        "element_id": "waits",
        "element_kind": "intermediateCatchEvent",
        "element_name": None,
        "process_definition_id": "orders",
        "process_definition_key": "1",
        "version": 1,
        "tenant_id": "<default>",
        "effect": "publish",
        "message_name": "orders",
        "properties": {"correlationKeyExpression": '="7"', "resultExpression": "={order: request.body.id}"},
    }
    payload = {"request": {"body": {"id": 7}, "headers": {}, "params": {}}}
    with TemporaryDirectory() as folder, _waiting(_catching({})) as variables:
        store, now = Path(folder) / "deliveries.sqlite", SystemClock().time_ms()
        with SqliteDeliveries(store) as deliveries:
            deliveries.put(Delivery("7", "orders", now, element, payload, due_ms=now, lease="gone"))
        yield GoodEnd({}, {**variables, "CONNECTORS_DELIVERIES": f"sqlite:{store}"})


@contextmanager
def _documents() -> Iterator[GoodEnd]:
    """So small that nothing goes through the bucket."""
    content = b64encode(b"Seven").decode()
    event = {"v": 1, "operation": "create", "contentType": "text/plain", "fileName": "a.txt", "content": content}
    yield GoodEnd(event, {**_account("http://127.0.0.1:9"), "CAMUNDA_AUTH_STRATEGY": "NONE"})


@contextmanager
def _sns_webhook() -> Iterator[GoodEnd]:
    """A server gives the certificate that the sample is signed with; its address is not signed."""
    certificate = ROOT / "tests" / "inbound" / "sns-of-the-samples.pem"
    with HTTPServer() as server:
        server.expect_request(ANY).respond_with_data(certificate.read_bytes())
        event, base = _now("sns-webhook/notification"), server.url_for("").rstrip("/")
        signed = {**json.loads(event["body"]), "SigningCertURL": f"{base}/eu-central-1/key.pem"}
        sns = {"functions.inbound.sns.message:_ADDRESS": rf"{base}/([a-z0-9-]+)(/.*)"}
        yield GoodEnd({**event, "body": json.dumps(signed)}, OPEN, sns)


@contextmanager
def _slack_webhook() -> Iterator[GoodEnd]:
    event = _now("slack-webhook/app-mention")
    signed = SlackSignature(SLACK_SECRET).sign(WebhookRequest.from_event(event, received_ms=0))
    yield GoodEnd({**event, "headers": {**event["headers"], **{name.lower(): value for name, value in signed.items()}}})


def _now(name: str) -> dict[str, Any]:
    """A webhook's sample that comes now: the engine is told of older ones later, by redelivery."""
    event = sample(name)
    event["requestContext"]["timeEpoch"] = SystemClock().time_ms()
    return event


INBOUND: GoodEnds = {
    "documents": _documents,
    "email-polling": _email_polling,
    "http-polling": _http_polling,
    "importer": _importer,
    "poller": _poller,
    "redelivery": _redelivery,
    "slack-webhook": _slack_webhook,
    "sns-webhook": _sns_webhook,
}
