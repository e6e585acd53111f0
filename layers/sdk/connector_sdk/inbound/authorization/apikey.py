"""A key that the sender puts somewhere into the request; the model says where."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.expressions import ExpressionError, evaluate
from connector_sdk.inbound.authorization.scheme import invalid_credentials
from connector_sdk.inbound.request import WebhookRequest

DEFAULT_LOCATOR = '=split(request.headers.authorization, " ")[2]'
"""The template's own default: the second word of the Authorization header."""


@dataclass(frozen=True, slots=True, repr=False)
class ApiKeyAuthorization:
    """`locator` is FEEL over `request` and `connectorData`; whatever goes wrong in it is a wrong key."""

    key: str
    locator: str = DEFAULT_LOCATOR

    def authorize(self, request: WebhookRequest, payload: Mapping[str, Any]) -> None:
        try:
            given = evaluate(self.locator, payload)
        except ExpressionError:
            raise invalid_credentials() from None
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(errors="replace"), self.key.encode()):
            raise invalid_credentials()
