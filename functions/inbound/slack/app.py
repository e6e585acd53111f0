"""The function behind every path that a Slack template names.

What a request is, and what expressions see of it (Camunda's runtime 8.10):

    url_verification    answered with its challenge; nothing else happens
    event               `request.body` is the event's JSON
    slash command       `request.body` and `connectorData` are the form's fields
    interaction         `request.body` is the JSON in the form's only field, `payload`

Every answer that the model leaves open is 200: Slack shows anything else to its user as a failure. Interactions are
acknowledged without a body, since Slack takes a body for an instruction.
"""

from __future__ import annotations

from typing import Any

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.answers import OK, Answer, of_json
from connector_sdk.inbound.body import parsed, parsed_json
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.webhook import Verification, WebhookResult, webhook_connector
from connector_sdk.template import EVENTS, ElementTemplate
from functions.inbound.slack.model import PROPERTIES, Slack

COMMAND_EXECUTED = of_json(200, {"response_type": "ephemeral", "text": "Command executed"})


@webhook_connector(
    type="io.camunda:slack-webhook:1",
    name="Slack Webhook",
    properties=Slack.read,
    signature=lambda slack: slack.signature,
    verification=Verification(signed=True, context=lambda payload: {**payload, **payload["request"]}),
    template=ElementTemplate(
        "io.serverless-connectors.slack-webhook.v1",
        version=2,
        elements=EVENTS,
        groups={"endpoint": "Webhook"},
        properties=PROPERTIES,
        keywords=("Slack", "chat", "slash command"),
        result_expression="{event: request.body.event}",
    ),
)
def handler(request: WebhookRequest, properties: Slack) -> WebhookResult:
    """Tell events, commands and interactions apart.

    Raises WebhookError (400) for what is none of them.
    """
    body = parsed(request)
    if not isinstance(body, dict):
        raise WebhookError(400, "The body is no object: Slack sends events as JSON objects, everything else as forms")
    if body.get("type") == "url_verification":
        return WebhookResult(handshake=_challenge(body))
    if "command" in body:
        return WebhookResult(body, body, acknowledgement=COMMAND_EXECUTED)
    if list(body) == ["payload"] and isinstance(body["payload"], str):
        return WebhookResult(parsed_json(body["payload"].encode(errors="replace")), acknowledgement=OK)
    return WebhookResult(body, acknowledgement=OK)


def _challenge(body: dict[str, Any]) -> Answer:
    return of_json(200, {"challenge": body.get("challenge")})
