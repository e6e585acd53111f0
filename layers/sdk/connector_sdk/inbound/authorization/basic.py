"""HTTP Basic (RFC 7617), credentials in UTF-8."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.inbound.authorization.scheme import invalid_credentials
from connector_sdk.inbound.request import WebhookRequest


@dataclass(frozen=True, slots=True, repr=False)
class BasicAuthorization:
    """One user name and one password."""

    username: str
    password: str

    def authorize(self, request: WebhookRequest, payload: Mapping[str, Any]) -> None:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(credentials.strip(), validate=True)
        except ValueError:
            raise invalid_credentials() from None
        expected = f"{self.username}:{self.password}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(given, expected):
            raise invalid_credentials()
