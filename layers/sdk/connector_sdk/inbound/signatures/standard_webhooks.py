"""Standard Webhooks 1.0: `webhook-signature: v1,<Base64>[ v1,<Base64>]` over `<id>.<seconds>.<body>`, HMAC-SHA256.

Svix, which the standard comes from, calls the same three headers `svix-…`. `v1a` signatures (Ed25519) are not read.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.scheme import VendorScheme, require_fresh, require_match, sole

PREFIX = "whsec_"
VERSION = "v1"
FAMILIES = ("webhook", "svix")
SIGNATURES = tuple(f"{family}-signature" for family in FAMILIES)


class StandardWebhooks(VendorScheme):
    """The secret is Base64, with or without `whsec_` before it. Raises ConnectorInputError if it is not."""

    def __init__(self, *given: str) -> None:
        super().__init__(*given)
        self._keys = [_key(secret) for secret in given]

    def verify(self, request: WebhookRequest) -> None:
        signatures = sole(request, *SIGNATURES)
        family = next(one for one in FAMILIES if f"{one}-signature" in request.headers)
        name, timestamp = sole(request, f"{family}-id"), sole(request, f"{family}-timestamp")
        require_fresh(timestamp, request)
        offered = [part for part in signatures.split(" ") if part]
        require_match(offered, [_signature(key, name, timestamp, request.body) for key in self._keys])

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        """One signature for each secret, as senders do while a secret is changed; an id that is there is kept."""
        name = request.headers.get("webhook-id") or f"msg_{secrets.token_urlsafe(20)}"
        timestamp = str(request.received_ms // 1000)
        signatures = [_signature(key, name, timestamp, request.body) for key in self._keys]
        return {"webhook-id": name, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        return next((found for family in FAMILIES if (found := request.headers.get(f"{family}-id"))), None)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ConnectorInputError(f"the signature's secret is not Base64, with or without {PREFIX} before it") from None
    if not key:
        raise ConnectorInputError("the signature's secret is empty: without it anybody could sign")
    return key


def _signature(key: bytes, name: str, timestamp: str, body: bytes) -> str:
    signed = f"{name}.{timestamp}.".encode(errors="replace") + body
    return f"{VERSION},{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
