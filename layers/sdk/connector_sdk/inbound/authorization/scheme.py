"""What an authorization is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.request import WebhookRequest


class Authorization(Protocol):
    """Decides whether a request may come in."""

    def authorize(self, request: WebhookRequest, payload: Mapping[str, Any]) -> None:
        """Raise WebhookError (401) if it may not. `payload` is what expressions see."""
        ...


def invalid_credentials() -> WebhookError:
    """The one answer for credentials that are wrong, unreadable or absent; the text is Camunda's."""
    return WebhookError(401, "Reason: INVALID_CREDENTIALS. Details: Invalid credentials")
