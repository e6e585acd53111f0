"""Which delivery this is. Only where the sender gives an id, a repeat is a repeat; two equal bodies are two events."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import sha256

from connector_sdk.inbound.request import WebhookRequest

DeliveryId = Callable[[WebhookRequest], str | None]
MAX_ID_CHARACTERS = 200
"""Longer ids are kept as their SHA-256; the engine and the stores have limits of their own."""

KNOWN_HEADERS = (
    "webhook-id",  # Standard Webhooks
    "svix-id",
    "x-github-delivery",
    "x-shopify-webhook-id",
    "linear-delivery",
    "i-twilio-idempotency-token",
    "idempotency-key",  # GitLab, and the IETF draft of that name
)
"""Headers that name one delivery and stay the same when the sender repeats it."""


def header(name: str) -> DeliveryId:
    """The delivery id in one header, for vendors that are not in the table."""
    return lambda request: request.headers.get(name.lower()) or None


def known_header(request: WebhookRequest) -> str | None:
    """The id of the first known header that the request carries."""
    return next((found for name in KNOWN_HEADERS if (found := request.headers.get(name))), None)


def record_id(path: str, delivery_id: str | None, received_ms: int) -> str:
    """The key of the delivery's record, and its message id if the model gives none: stable where the sender's id is."""
    name = f"{path}:{delivery_id}" if delivery_id else f"{path}:{received_ms}-{secrets.token_hex(8)}"
    return name if len(name) <= MAX_ID_CHARACTERS else "sha256:" + sha256(name.encode()).hexdigest()
