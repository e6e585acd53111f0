"""A webhook of every official template for each kind of element, through the door and into the engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from connector_sdk.bpmn import read
from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.delivering import deliver
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.signatures.github import GitHubSignature
from connector_sdk.inbound.signatures.slack import SlackSignature
from connector_sdk.inbound.signatures.twilio import TwilioSignature
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.connector_runtime.functions import INBOUND
from devkit.modeler import HeadlessModeler, ModelerUnavailable, official_template
from devkit.modeler.install import official_templates
from tests.inbound.amazon import NOTIFICATION, Amazon, signed
from tests.inbound.host import NOW
from tests.real_engine.conftest import AnyEngine
from tests.real_engine.webhook_diagrams import KINDS, diagram

SECRETS = {"SECRET_HOOK": "It's a Secret to Everybody"}
SECRET = SECRETS["SECRET_HOOK"]
WAIT_MS = 20_000
STARTS = ("start", "message start")
JSON = {"content-type": "application/json"}
Request = Callable[[str, str], WebhookRequest]


def posted(path: str, body: bytes, headers: Mapping[str, str]) -> WebhookRequest:
    url = f"https://hooks.acme.test/inbound/{path}"
    return WebhookRequest("POST", f"/inbound/{path}", body, headers, url=url, received_ms=NOW)


def also_signed(request: WebhookRequest, headers: Mapping[str, str]) -> WebhookRequest:
    added = {name.lower(): value for name, value in headers.items()}
    return posted(request.path.rpartition("/")[2], request.body, {**request.headers, **added})


def of_github(path: str, key: str) -> WebhookRequest:
    request = posted(path, json.dumps({"id": key}).encode(), {**JSON, "x-github-delivery": key})
    return also_signed(request, GitHubSignature(SECRET).sign(request))


def of_twilio(path: str, key: str) -> WebhookRequest:
    request = posted(path, f"id={key}".encode(), {"content-type": "application/x-www-form-urlencoded"})
    return also_signed(request, TwilioSignature(SECRET).sign(request))


def of_slack(path: str, key: str) -> WebhookRequest:
    event = {"type": "event_callback", "event_id": key, "event": {"id": key}}
    request = posted(path, json.dumps(event).encode(), JSON)
    return also_signed(request, SlackSignature(SECRET).sign(request))


def of_sns(path: str, key: str) -> WebhookRequest:
    content = signed({**NOTIFICATION, "MessageId": key, "Message": key})
    return posted(path, json.dumps(content).encode(), {"content-type": "text/plain; charset=UTF-8"})


@dataclass(frozen=True, slots=True)
class Vendor:
    """A family of official templates: the id of each kind's, what is typed besides, and what the vendor sends."""

    templates: tuple[str, str, str, str, str]
    """Start, message start, intermediate, boundary, receive; the message start event's is an event sub-process's."""
    values: Mapping[str, str]
    request: Request
    key: str = "request.body.id"

    def template(self, kind: str) -> str:
        order = ("start", "message start", "intermediate", "boundary", "receive")
        return self.templates[order.index(kind if kind in order else "message start")]


GENERIC = "io.camunda.connectors.webhook.WebhookConnector{}.v1"
GITHUB = "io.camunda.connectors.webhook.GithubWebhookConnector{}.v1"
EVENTBRIDGE = "io.camunda.connectors.AWSEventBridge.{}.v1"
TWILIO = "io.camunda.connectors.Twilio{}.v1"
SLACK = "io.camunda.connectors.inbound.Slack.{}.v1"
SNS = "io.camunda.connectors.inbound.AWSSNS.{}.v1"


def ids(pattern: str, *parts: str) -> Any:
    return tuple(pattern.format(part) for part in parts)


VENDORS = {
    "generic": Vendor(
        ids(GENERIC, "", "StartMessage", "Intermediate", "Boundary", "Receive"),
        {"inbound.auth.type": "BASIC", "inbound.auth.username": "a", "inbound.auth.password": "b"},
        lambda path, key: posted(path, json.dumps({"id": key}).encode(), {**JSON, "authorization": "Basic YTpi"}),
    ),
    "github": Vendor(
        ids(GITHUB, "", "MessageStart", "Intermediate", "Boundary", "Receive"),
        {"inbound.hmacSecret": "{{secrets.HOOK}}"},
        of_github,
    ),
    "twilio": Vendor(
        ids(TWILIO, "Webhook", "WebhookMessageStart", ".Webhook.Intermediate", ".Webhook.Boundary", ".Webhook.Receive"),
        {"inbound.shouldValidateHmac": "enabled", "inbound.hmacSecret": "{{secrets.HOOK}}"},
        of_twilio,
    ),
    "eventbridge": Vendor(
        ids(EVENTBRIDGE, "startEvent", "MessageStart", "intermediate", "boundary", "receive"),
        {"inbound.auth.type": "APIKEY", "inbound.auth.apiKey": "{{secrets.HOOK}}"},
        lambda path, key: posted(path, json.dumps({"id": key}).encode(), {**JSON, "apikey": SECRET}),
    ),
    "slack": Vendor(
        ids(SLACK, "StartEvent", "MessageStartEvent", "IntermediateCatchEvent", "BoundaryEvent", "ReceiveTask"),
        {"inbound.slackSigningSecret": "{{secrets.HOOK}}"},
        of_slack,
        "request.body.event.id",
    ),
    "sns": Vendor(
        ids(SNS, "StartEvent", "MessageStartEvent", "IntermediateCatchEvent", "Boundary", "Receive"),
        {},
        of_sns,
        "request.body.Message",
    ),
}


@pytest.fixture(scope="module")
def modeler() -> Iterator[HeadlessModeler]:
    try:
        with HeadlessModeler() as opened:
            yield opened
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))


def modelled(modeler: HeadlessModeler, vendor: Vendor, kind: str, process_id: str) -> str:
    """The diagram with the vendor's newest template on `hook`, filled in as a person would."""
    newest = max(version or 0 for one, version in official_templates() if one == vendor.template(kind))
    template = official_template(vendor.template(kind), newest)
    typed = {
        # First, for it shows and hides others.
        **({"correlationRequired": "required"} if kind == "event sub-process" else {}),
        **vendor.values,
        "inbound.context": process_id,
        "resultExpression": f"={{seen: {vendor.key}}}",
        **({} if kind in STARTS else {"correlationKey": "=key", "correlationKeyExpression": f"={vendor.key}"}),
    }
    named = {
        one["binding"]["name"]: one.get("id") or one["binding"]["name"]
        for one in reversed(template["properties"])
        if one["type"] != "Hidden" and "name" in one["binding"]
    }
    applied = modeler.apply(
        diagram(process_id, kind), "hook", template, {named[name]: value for name, value in typed.items()}
    )
    assert applied.missing == ()
    return applied.xml


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", [name if name == "generic" else pytest.param(name, marks=pytest.mark.wide) for name in VENDORS]
)
def test_a_webhook_of_an_official_template_does_what_its_element_is_for(
    any_engine: AnyEngine, modeler: HeadlessModeler, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor, process_id, key = VENDORS[name], f"p-{uuid4().hex}", uuid4().hex
    Amazon.played(monkeypatch)
    xml = modelled(modeler, vendor, kind, process_id)
    clock = ControlledClock(NOW)
    with closing(EngineClient(any_engine.address)) as engine, SqliteDeliveries(":memory:") as store:
        routes = Routes(INBOUND, EnvironmentSecrets(SECRETS), clock=clock)
        for deployed in engine.deploy([("hook.bpmn", xml.encode())]):
            assert routes.deploy(deployed, elements_of(read(xml), deployed)) == []
        if kind not in STARTS:
            engine.create_instance(process_definition_id=process_id, variables={"key": key})

        request = vendor.request(process_id, key)
        services = WebhookServices(routes, engine, store, clock)
        forged = posted(process_id, request.body, {"content-type": request.headers["content-type"]})

        assert name == "sns" or deliver(forged, services).status == 401
        assert deliver(request, services) == Answer(200)

        jobs = engine.activate_jobs(
            f"after-{process_id}", max_jobs=2, timeout_ms=WAIT_MS, worker="test", request_timeout_ms=WAIT_MS
        )
    assert [(job.element_id, job.variables["seen"]) for job in jobs] == [("after", key)]
