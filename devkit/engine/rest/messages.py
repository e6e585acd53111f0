"""Messages and signals: publication, correlation, broadcast."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import messages
from devkit.engine.records import TENANT
from devkit.engine.rest import bodies
from devkit.engine.rest.problems import JsonResponse, invalid

PUBLICATION: bodies.Schema = {
    "name": bodies.text,
    "correlationKey": bodies.text,
    "timeToLive": bodies.int64,
    "messageId": bodies.text,
    "variables": bodies.record,
    "tenantId": bodies.text,
}
CORRELATION: bodies.Schema = {
    "name": bodies.text,
    "correlationKey": bodies.text,
    "variables": bodies.record,
    "tenantId": bodies.text,
}
BROADCAST: bodies.Schema = {"signalName": bodies.text, "variables": bodies.record, "tenantId": bodies.text}


async def publish(request: Request) -> Response:
    """POST /messages/publication."""
    body = await bodies.read(request, PUBLICATION)
    if not body.get("name"):
        raise invalid("No name provided.")
    bodies.require_tenant(body, "Publish Message")
    with request.app.state.engine.transaction() as core:
        key = messages.publish(
            core,
            body["name"],
            body.get("correlationKey", ""),
            body.get("timeToLive", 0),
            body.get("messageId", ""),
            body.get("variables", {}),
        )
    return JsonResponse({"tenantId": TENANT, "messageKey": str(key)})


async def correlate(request: Request) -> Response:
    """POST /messages/correlation."""
    body = await bodies.read(request, CORRELATION)
    if not body.get("name"):
        raise invalid("No messageName provided.")
    bodies.require_tenant(body, "Correlate Message")
    with request.app.state.engine.transaction() as core:
        key, instance_key = messages.correlate(
            core, body["name"], body.get("correlationKey", ""), body.get("variables", {})
        )
    return JsonResponse({"tenantId": TENANT, "messageKey": str(key), "processInstanceKey": str(instance_key)})


async def broadcast(request: Request) -> Response:
    """POST /signals/broadcast."""
    body = await bodies.read(request, BROADCAST)
    if "signalName" not in body:
        raise invalid("No signalName provided.")
    bodies.require_tenant(body, "Broadcast Signal")
    with request.app.state.engine.transaction() as core:
        key = core.state.next_key()
        core.enqueue("broadcast", body["signalName"], body.get("variables", {}))
    return JsonResponse({"tenantId": TENANT, "signalKey": str(key)})
