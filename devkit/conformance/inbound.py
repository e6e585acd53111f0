"""Recorded webhook cases through the door that every webhook takes: engine commands and HTTP answers.

A case deploys process versions, sends one request and says what the engine was told and what the sender got. The cases
were recorded with a pass-through connector of its own, `test:webhook:1`, which is built here from the same parts.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.delivering import deliver
from connector_sdk.inbound.elements import UnusableProcess, elements_of
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.conformance.recorded_engine import RecordedEngine
from devkit.conformance.recorded_process import definitions_of
from devkit.conformance.recorded_webhook import recorded_webhook

SECRETS = {
    "FOO": "foo-secret",
    "API_KEY": 'api"secret\\x',
    "TOKEN": "tok-secret",
    "WHPATH": "secret-path",
    "NESTED": "{{secrets.FOO}}",
    "FEELSECRET": "=1+1",
}
"""The secrets of the recording; there were no others."""
RECORDED_VERSION = "8.8"


def results(cases: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """One result a case: `{"id", "commands", "http"}`, or `{"id", "skip"}` for cases over gRPC, which we never use."""
    for case in cases:
        if case["transport"] != "rest":
            yield {"id": case["id"], "skip": "recorded over gRPC; the kit speaks REST only"}
        else:
            yield {"id": case["id"], **_result(case)}


def _result(case: Mapping[str, Any]) -> dict[str, Any]:
    clock = ControlledClock(1_700_000_000_000)
    engine = RecordedEngine(case["engine"])
    routes = Routes([recorded_webhook], EnvironmentSecrets(SECRETS, prefix=""), RECORDED_VERSION, clock)
    for state in case["deployments"]:
        _import(routes, state)
    with SqliteDeliveries(":memory:") as deliveries:
        services = WebhookServices(routes, engine, deliveries, clock)
        request = WebhookRequest.from_event(event_of(case["request"]), received_ms=clock.time_ms(), public_address="")
        answer = deliver(request, services)
        own_ids = {delivery.id for delivery in deliveries.newest()}
    return {"commands": [_without(own_ids, command) for command in engine.commands], "http": _http(answer)}


def _import(routes: Routes, state: Sequence[Mapping[str, Any]]) -> None:
    """Bring the routes to one state of the search for latest versions; tenants without any process are left alone."""
    present = {(process["tenantId"], process["id"]): process for process in state}
    tenants = {tenant for tenant, _ in present}
    for owner in [owner for owner in routes.versions if owner[0] in tenants and owner not in present]:
        routes.withdraw(owner)
    for owner, process in present.items():
        version = DeployedProcess(process["id"], process["version"], process["key"], "case.bpmn", process["tenantId"])
        if routes.versions.get(owner) == version.version:
            continue
        try:
            routes.deploy(version, elements_of(definitions_of(process), version))
        except UnusableProcess:
            continue


def event_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded request as an API Gateway event; repeated headers stay apart, as in its payload version 1.0."""
    body = request["body"]
    content = base64.b64decode(body["base64"]) if isinstance(body, Mapping) else (body or "").encode()
    headers: dict[str, list[str]] = {}
    for name, value in request["headers"]:
        headers.setdefault(name.lower(), []).append(value)
    return {
        "version": "2.0",
        "rawPath": request["path"],
        "rawQueryString": request["query"] or "",
        "multiValueHeaders": headers,
        "requestContext": {"http": {"method": request["method"], "path": request["path"]}},
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
    }


def _http(answer: Answer) -> dict[str, Any]:
    headers = {name: values[0] if len(values) == 1 else values for name, values in answer.fields().items()}
    return {"status": answer.status, "headers": headers, "body": answer.body.decode()}


def _without(own_ids: set[str], command: dict[str, Any]) -> dict[str, Any]:
    """A message id that is only the delivery's own says nothing about the model: it is written as "no id"."""
    body = command.get("body", {})
    return {**command, "body": {**body, "messageId": ""}} if body.get("messageId") in own_ids else command
