"""Shopify: `X-Shopify-Hmac-Sha256: <Base64>` over the body, HMAC-SHA256. There is no timestamp."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping

from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.scheme import VendorScheme, require_match, sole

HEADER = "X-Shopify-Hmac-Sha256"
DELIVERY = "X-Shopify-Webhook-Id"


class ShopifySignature(VendorScheme):
    """The app's client secret, or the signing key of the shop's notification settings."""

    patience_ms = 4_000  # Shopify gives up after 5 s.

    def verify(self, request: WebhookRequest) -> None:
        require_match([sole(request, HEADER)], [_signature(secret, request.body) for secret in self.secrets])

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        return {HEADER: _signature(self.secrets[0], request.body)}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        return request.headers.get(DELIVERY.lower()) or None


def _signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
