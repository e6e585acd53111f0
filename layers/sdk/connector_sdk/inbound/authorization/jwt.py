"""A JSON Web Token (RFC 7519) in the Authorization header, signed with a key of a published set.

As in Camunda's runtime, neither issuer nor audience is asked for: whoever has a key of the set may call. Ask for a
permission to narrow that down.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connector_sdk.errors import WebhookError
from connector_sdk.expressions import ExpressionError, evaluate
from connector_sdk.inbound.authorization.keys import KeySet
from connector_sdk.inbound.authorization.scheme import invalid_credentials
from connector_sdk.inbound.request import WebhookRequest

ALGORITHMS: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "RS384", "RS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
}
"""By key type and curve: a token cannot choose an algorithm that is not its key's."""
EARLY_SECONDS = 60
"""How far ahead the issuer's clock may be (`nbf`); nothing is added to the end of a token (`exp`)."""


class JwtAuthorization:
    """`permissions` is FEEL over the token's claims and gives a list; every one that is `required` has to be in it."""

    def __init__(self, keys: KeySet, permissions: str = "", required: frozenset[str] = frozenset()) -> None:
        self._keys = keys
        self._permissions = permissions
        self._required = required

    def authorize(self, request: WebhookRequest, payload: Mapping[str, Any]) -> None:
        """Raises WebhookError: 401, 403 without the permissions, 503 if the keys cannot be had."""
        claims = self._claims(_bearer(request), request.received_ms)
        if self._required and not self._required <= _granted(self._permissions, claims):
            raise WebhookError(403, "Reason: FORBIDDEN. Details: Missing required permissions")

    def _claims(self, token: str, now_ms: int) -> dict[str, Any]:
        # Only webhooks that ask for tokens pay for the library: some 100 ms of a cold start.
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.find(header.get("kid"), now_ms)
            if key is None or header.get("alg") not in _algorithms(key):
                raise invalid_credentials()
            algorithm = header["alg"]
            claims = json.loads(jwt.PyJWS().decode(token, jwt.PyJWK(dict(key), algorithm), [algorithm]))
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise invalid_credentials() from None
        if not isinstance(claims, dict) or not _in_time(claims, now_ms / 1000):
            raise invalid_credentials()
        return claims


def _bearer(request: WebhookRequest) -> str:
    header = request.headers.get("authorization", "").strip()
    scheme, blank, token = header.partition(" ")
    return token.strip() if blank and scheme.lower() == "bearer" else header


def _algorithms(key: Mapping[str, Any]) -> tuple[str, ...]:
    """What the key may be used with: its own algorithm if it names one, else what its type allows."""
    known = ALGORITHMS.get((str(key.get("kty")), key.get("crv")), ())
    named = key.get("alg")
    return known if named is None else tuple(one for one in known if one == named)


def _in_time(claims: Mapping[str, Any], now: float) -> bool:
    end, start = claims.get("exp", now + 1), claims.get("nbf", now)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in (end, start)):
        return False
    return bool(start - EARLY_SECONDS <= now < end)


def _granted(expression: str, claims: Mapping[str, Any]) -> frozenset[str]:
    """A failing expression grants nothing."""
    try:
        found = evaluate(expression, claims)
    except ExpressionError:
        return frozenset()
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()
