"""GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body, HMAC-SHA256. There is no timestamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.hmac import HmacSignature

HEADER = "X-Hub-Signature-256"


@dataclass(frozen=True, slots=True, repr=False)
class GitHubSignature:
    """The webhook secret of the repository's settings page."""

    secret: str

    def verify(self, request: WebhookRequest) -> None:
        HmacSignature(self.secret, HEADER).verify(request)

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        digest = HmacSignature(self.secret, HEADER).sign(request)[HEADER]
        return {HEADER: f"sha256={digest}"}
