"""Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]` over `<seconds>.<body>`, HMAC-SHA256."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping

from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.scheme import (
    VendorScheme,
    invalid_signature,
    require_fresh,
    require_match,
    sole,
)

HEADER = "Stripe-Signature"
VERSION = "v1"


class StripeSignature(VendorScheme):
    """The endpoint's signing secret, `whsec_…`, used as it is spelled."""

    def verify(self, request: WebhookRequest) -> None:
        parts = [part.partition("=")[::2] for part in sole(request, HEADER).split(",")]
        timestamps = [value for name, value in parts if name.strip() == "t"]
        if len(timestamps) != 1:
            # Two of them: the header was sent twice.
            raise invalid_signature()
        require_fresh(timestamps[0], request)
        offered = [value for name, value in parts if name.strip() == VERSION]
        require_match(offered, [_signature(one, timestamps[0], request.body) for one in self.secrets])

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        """One signature for each secret, as Stripe does while an endpoint's secret is rolled."""
        timestamp = str(request.received_ms // 1000)
        signatures = [f"{VERSION}={_signature(secret, timestamp, request.body)}" for secret in self.secrets]
        return {HEADER: ",".join([f"t={timestamp}", *signatures])}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        """The event's id: Stripe repeats an event under the same id, and may send it twice."""
        try:
            event = json.loads(request.body)
        except (ValueError, RecursionError):
            return None
        found = event.get("id") if isinstance(event, dict) else None
        return found if isinstance(found, str) and found else None


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()
