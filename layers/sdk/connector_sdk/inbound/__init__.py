"""Webhooks: from an HTTP request to a message or an instance in the engine. Subscriptions are in `subscription`.

routes = Routes([webhook.handler], secrets)
routes.deploy(elements_of(read(xml), deployed))
answer = deliver(request, WebhookServices(routes, engine, deliveries))
"""

from connector_sdk.inbound.activations import Refusal
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.deliver import deliver
from connector_sdk.inbound.elements import InboundElement, UnusableProcess, elements_of
from connector_sdk.inbound.handler import handler_for
from connector_sdk.inbound.properties import Properties
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Route, Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.webhook import Verification, WebhookConnector, WebhookResult, webhook_connector

__all__ = [
    "Answer",
    "InboundElement",
    "Properties",
    "Refusal",
    "Route",
    "Routes",
    "UnusableProcess",
    "Verification",
    "WebhookConnector",
    "WebhookRequest",
    "WebhookResult",
    "WebhookServices",
    "deliver",
    "elements_of",
    "handler_for",
    "webhook_connector",
]
