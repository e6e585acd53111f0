"""User and password in a header (RFC 7617)."""

from __future__ import annotations

from base64 import b64encode

EMPTY_PASSWORD = "SPEC_PASSWORD_EMPTY_PATTERN"  # noqa: S105 - what templates write for a password that is empty


def basic(username: str, password: str | None) -> str:
    """The Authorization header's value."""
    secret = "" if password in (None, EMPTY_PASSWORD) else password
    return "Basic " + b64encode(f"{username}:{secret}".encode()).decode()
