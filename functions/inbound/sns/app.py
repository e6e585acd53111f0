"""The function behind every path that an SNS template names.

The signature shows that Amazon SNS sent a message, not whose topic it was: whoever has an account can have SNS sign.
The list of topics is what keeps strangers out.
"""

from __future__ import annotations

import logging

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.answers import OK
from connector_sdk.inbound.fetching import fetched
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.webhook import WebhookResult, webhook_connector
from connector_sdk.template import EVENTS, ElementTemplate
from functions.inbound.sns.message import (
    NOTIFICATION,
    SUBSCRIPTION,
    message_id,
    message_of,
    path_at_sns,
    region_of,
    unverified,
    verify,
)
from functions.inbound.sns.model import PROPERTIES, Sns

_LOG = logging.getLogger(__name__)


@webhook_connector(
    type="io.camunda:aws-sns-webhook:1",
    name="Amazon SNS Webhook",
    properties=Sns.read,
    delivery_id=message_id,
    feel=frozenset({"topicsAllowList"}),
    template=ElementTemplate(
        "io.serverless-connectors.sns-webhook.v1",
        version=2,
        elements=EVENTS,
        groups={"endpoint": "Subscription", "topics": "Topics"},
        properties=PROPERTIES,
        keywords=("AWS", "SNS", "notification"),
        result_expression="{message: request.body.Message}",
    ),
)
def handler(request: WebhookRequest, properties: Sns) -> WebhookResult:
    """Verify the message, and confirm a subscription.

    Raises WebhookError (400, 401, 503).
    """
    message = message_of(request)
    region = region_of(message)
    if properties.topics is not None and message["TopicArn"] not in properties.topics:
        # Anybody may write this name: nothing is verified yet.
        _LOG.warning("a message of %.300r was refused: inbound.topicsAllowList does not name it", message["TopicArn"])
        raise unverified()
    address = str(message.get("SigningCertURL"))
    verify(message, properties.certificates.at(address, region, request.received_ms))
    if message["Type"] == NOTIFICATION:
        return WebhookResult(message, {"snsEventType": "Notification"})
    if message["Type"] != SUBSCRIPTION:
        _LOG.warning("%.300r no longer sends: somebody has ended its subscription", message["TopicArn"])
        return WebhookResult(handshake=OK)
    _confirm(message["SubscribeURL"], region)
    return WebhookResult(message, {"snsEventType": "Subscription"}, may_be_unwanted=True)


def _confirm(address: str, region: str) -> None:
    """Tell SNS that the subscription is wanted. Raises WebhookError: 401 for an address elsewhere, 503."""
    if path_at_sns(address, region) is None:
        raise WebhookError(401, "The subscription is not to be confirmed at Amazon SNS")
    fetched(address)
