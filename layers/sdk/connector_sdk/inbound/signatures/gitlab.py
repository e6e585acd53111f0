"""GitLab: the secret itself in `X-Gitlab-Token`; nothing of the request is signed.

Webhooks of newer versions that have a signing token use Standard Webhooks: choose that scheme for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.scheme import VendorScheme, require_match, sole

HEADER = "X-Gitlab-Token"
KEY = "Idempotency-Key"
EVENT = "X-Gitlab-Event-UUID"


class GitLabToken(VendorScheme):
    """The secret token of the webhook's settings page."""

    def verify(self, request: WebhookRequest) -> None:
        require_match([sole(request, HEADER)], self.secrets)

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        return {HEADER: self.secrets[0]}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        """The idempotency key; before GitLab 17.4 the event's id, which webhooks that set off others share."""
        event = request.headers.get(EVENT.lower())
        named = f"{event}:{sha256(request.body).hexdigest()}" if event else None
        return request.headers.get(KEY.lower()) or named
