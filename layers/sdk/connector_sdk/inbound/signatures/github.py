"""GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body, HMAC-SHA256. There is no timestamp."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.scheme import VendorScheme, require_match, sole

HEADER = "X-Hub-Signature-256"
DELIVERY = "X-GitHub-Delivery"


class GitHubSignature(VendorScheme):
    """The webhook secret of the repository's settings page."""

    def verify(self, request: WebhookRequest) -> None:
        require_match([sole(request, HEADER)], [_signature(secret, request.body) for secret in self.secrets])

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        return {HEADER: _signature(self.secrets[0], request.body)}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        return request.headers.get(DELIVERY.lower()) or None


def _signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
