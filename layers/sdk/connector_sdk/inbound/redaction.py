"""What of an event is not written down: the credentials that its sender showed to be let in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REDACTED = "***"
CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "x-gitlab-token"})
"""Headers that are the credential itself. A signature is none: it is worth nothing for another body."""


def without_credentials(payload: Mapping[str, Any], key: str | None) -> dict[str, Any]:
    """The payload with `***` for credentials in headers and parameters; `key` is the API key, wherever it stands.

    The body stays as it came: it is the event.
    """
    request = payload["request"]
    headers = {
        name: REDACTED if name.lower() in CREDENTIAL_HEADERS else _without(key, value)
        for name, value in request["headers"].items()
    }
    params = {name: _without(key, value) for name, value in request["params"].items()}
    return {**payload, "request": {**request, "headers": headers, "params": params}}


def _without(key: str | None, value: Any) -> Any:
    return REDACTED if key and isinstance(value, str) and key in value else value
