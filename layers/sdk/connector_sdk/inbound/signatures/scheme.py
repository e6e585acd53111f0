"""What a signature scheme is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.request import WebhookRequest


class SignatureScheme(Protocol):
    """Signs requests and verifies them, with the bytes as they were sent."""

    def verify(self, request: WebhookRequest) -> None:
        """Raise WebhookError (401) unless the request carries this scheme's signature."""
        ...

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        """The headers that make the request valid."""
        ...


def invalid_signature() -> WebhookError:
    """The one answer for every kind of bad signature, absent ones included; the text is Camunda's.

    Camunda's runtime 8.8.7 answers 500 when the header is absent, which invites the sender to try again.
    """
    return WebhookError(401, "Reason: INVALID_SIGNATURE. Details: HMAC signature check didn't pass")
