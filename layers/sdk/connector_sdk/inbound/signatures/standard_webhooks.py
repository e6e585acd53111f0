"""Standard Webhooks 1.0: `webhook-signature` is a list, by blanks, of signatures over `<id>.<seconds>.<body>`.

    v1,<Base64>     HMAC-SHA256     secret: Base64, with or without `whsec_` before it
    v1a,<Base64>    Ed25519         key: `whpk_` and the Base64 of 32 bytes, from the sender; `whsk_` signs

Svix, which the standard comes from, calls the same three headers `svix-…`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.scheme import VendorScheme, invalid_signature, require_fresh, sole
from connector_sdk.inbound.signatures.standard_webhooks_keys import key_of

FAMILIES = ("webhook", "svix")
SIGNATURES = tuple(f"{family}-signature" for family in FAMILIES)


class StandardWebhooks(VendorScheme):
    """Secrets and keys may be mixed, as while a sender goes from one to the other.

    Raises ConnectorInputError for one that cannot be read.
    """

    def __init__(self, *given: str) -> None:
        super().__init__(*given)
        self._keys = [key_of(secret) for secret in given]

    def verify(self, request: WebhookRequest) -> None:
        signatures = sole(request, *SIGNATURES)
        family = next(one for one in FAMILIES if f"{one}-signature" in request.headers)
        name, timestamp = sole(request, f"{family}-id"), sole(request, f"{family}-timestamp")
        require_fresh(timestamp, request)
        signed = _signed(name, timestamp, request.body)
        offered = [part for part in signatures.split(" ") if part]
        matches = [key.has_signed(signed, signature) for signature in offered for key in self._keys]
        if not any(matches):
            raise invalid_signature()

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        """One signature for each secret, as senders do while a secret is changed; an id that is there is kept.

        Raises ConnectorInputError if one is a public key.
        """
        name = request.headers.get("webhook-id") or f"msg_{secrets.token_urlsafe(20)}"
        timestamp = str(request.received_ms // 1000)
        signed = _signed(name, timestamp, request.body)
        signatures = " ".join(key.signature(signed) for key in self._keys)
        return {"webhook-id": name, "webhook-timestamp": timestamp, "webhook-signature": signatures}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        return next((found for family in FAMILIES if (found := request.headers.get(f"{family}-id"))), None)


def _signed(name: str, timestamp: str, body: bytes) -> bytes:
    return f"{name}.{timestamp}.".encode(errors="replace") + body
