"""Slack: `X-Slack-Signature: v0=<hex>` over `v0:<timestamp>:<body>`, HMAC-SHA256; the timestamp has its own header."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.scheme import VendorScheme, require_fresh, require_match, sole

HEADER = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"
NO_RETRY = {"x-slack-no-retry": "1"}
"""Slack tries what is not 2xx three times more, unless it is told that this is of no use."""


class SlackSignature(VendorScheme):
    """The app's signing secret."""

    patience_ms = 2_300  # Slack gives up after 3 s.

    def verify(self, request: WebhookRequest) -> None:
        try:
            timestamp = sole(request, TIMESTAMP)
            require_fresh(timestamp, request)
            require_match([sole(request, HEADER)], [_signature(one, timestamp, request.body) for one in self.secrets])
        except WebhookError as error:
            raise WebhookError(error.status, error.reason, NO_RETRY) from None

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        timestamp = str(request.received_ms // 1000)
        return {TIMESTAMP: timestamp, HEADER: _signature(self.secrets[0], timestamp, request.body)}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        """The event's id; commands and interactions have none, and Slack never repeats them."""
        try:
            event = json.loads(request.body)
        except (ValueError, RecursionError):
            return None
        found = event.get("event_id") if isinstance(event, dict) else None
        return found if isinstance(found, str) and found else None


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    signed = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.digest(secret.encode(), signed, "sha256").hex()
