"""The function behind every path that a generic webhook template names."""

from __future__ import annotations

from connector_sdk.inbound.body import parsed
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.webhook import WebhookResult, webhook_connector
from connector_sdk.template import EVENTS, ElementTemplate
from functions.inbound.webhook.model import Webhook
from functions.inbound.webhook.template import GROUPS, PROPERTIES


@webhook_connector(
    type="io.camunda:webhook:1",
    name="Webhook",
    properties=Webhook.read,
    methods=lambda webhook: webhook.method,
    signature=lambda webhook: webhook.signature,
    authorization=lambda webhook: webhook.authorization,
    feel=frozenset({"hmacScopes", "auth.jwt.requiredPermissions"}),
    template=ElementTemplate(
        "io.serverless-connectors.webhook.v1",
        version=1,
        elements=EVENTS,
        groups=GROUPS,
        properties=PROPERTIES,
        keywords=("HTTP", "callback", "HMAC", "JWT"),
        result_expression="{payload: request.body}",
    ),
)
def handler(request: WebhookRequest, properties: Webhook) -> WebhookResult:
    """Hand the parsed body on."""
    return WebhookResult(body=parsed(request))
