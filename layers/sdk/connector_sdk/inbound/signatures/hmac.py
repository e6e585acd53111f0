"""The HMAC of Camunda's generic webhook template: algorithm, header and signed parts are the model's choice."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.identity import known_header
from connector_sdk.inbound.request import FORM, WebhookRequest, decoded_pairs, encoded_pairs
from connector_sdk.inbound.signatures.scheme import PATIENCE_MS, invalid_signature, sole

ALGORITHMS: Mapping[str, str] = {"sha_1": "sha1", "sha_256": "sha256", "sha_512": "sha512"}
"""The template's choices → names of the standard library."""


@dataclass(frozen=True, slots=True, repr=False)
class HmacSignature:
    """`secret` is used as UTF-8. `scopes` out of body, url and parameters say what is signed.

    A signature is accepted as lower-case hex, as `tag=hex`, or as Base64 (Camunda's runtime 8.8.7). Raises
    ConnectorInputError for an empty secret, an unknown algorithm, or scopes for which no text is defined.
    """

    secret: str
    header: str
    algorithm: str = "sha_256"
    scopes: frozenset[str] = frozenset({"body"})

    @property
    def patience_ms(self) -> int:
        return PATIENCE_MS

    def __post_init__(self) -> None:
        if not self.secret:
            raise ConnectorInputError("hmacSecret is empty: without it anybody could sign")
        if not self.header:
            raise ConnectorInputError("hmacHeader is empty: it names the header that carries the signature")
        if self.algorithm not in ALGORITHMS:
            raise ConnectorInputError(f"hmacAlgorithm is {self.algorithm!r}, it should be one of {_names(ALGORITHMS)}")
        if self.scopes not in SIGNED:
            known = "; ".join(sorted(", ".join(sorted(scopes)) for scopes in SIGNED))
            raise ConnectorInputError(f"hmacScopes cannot be {_names(self.scopes)}, only one of: {known}")

    def verify(self, request: WebhookRequest) -> None:
        given = sole(request, self.header)
        digest = self._digest(request)
        tag, equals, tagged = given.partition("=")
        offered = given if not (tag and equals and tagged.strip("=")) else tagged
        # Both comparisons always run, so that the time tells nothing.
        as_hex = hmac.compare_digest(offered.encode(errors="replace"), digest.hex().encode())
        as_base64 = hmac.compare_digest(given.encode(errors="replace"), base64.b64encode(digest))
        if not (as_hex or as_base64):
            raise invalid_signature()

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        """The header with the signature as hex."""
        return {self.header: self._digest(request).hex()}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        """Whoever the sender is: what the first known header says."""
        return known_header(request)

    def _digest(self, request: WebhookRequest) -> bytes:
        text = SIGNED[self.scopes](request)
        return hmac.digest(self.secret.encode(), text, ALGORITHMS[self.algorithm])


def _body(request: WebhookRequest) -> bytes:
    return request.body


def _url_and_fields(request: WebhookRequest) -> bytes:
    """Twilio's way: the address, then every field's name and value, sorted by name."""
    return request.url.encode(errors="replace") + _fields(request)


def _url_and_parameters(request: WebhookRequest) -> bytes:
    encoded = encoded_pairs(decoded_pairs(request.query))
    return (f"{request.url}?{encoded}" if encoded else request.url).encode(errors="replace")


def _url_and_all(request: WebhookRequest) -> bytes:
    return _url_and_parameters(request) if request.method == "GET" else _url_and_fields(request)


SIGNED = {
    frozenset({"body"}): _body,
    frozenset({"url", "body"}): _url_and_fields,
    frozenset({"url", "parameters"}): _url_and_parameters,
    frozenset({"url", "body", "parameters"}): _url_and_all,
}
"""The bytes that are signed, by scopes; every other combination has no meaning in Camunda's runtime either."""


def _fields(request: WebhookRequest) -> bytes:
    if request.media_type.lower() == FORM:
        pairs = set(decoded_pairs(request.body.decode(errors="replace")))
        return "".join(name + value for name, value in sorted(pairs)).encode()
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise invalid_signature() from None
    if not isinstance(body, dict):
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
    texts = sorted((name, value) for name, value in body.items() if isinstance(value, str))
    if not texts:
        # Nothing of such a body would be signed; Camunda's runtime 8.8.7 answers 500.
        raise invalid_signature()
    return "".join(name + value for name, value in texts).encode(errors="replace")


def _names(names: Mapping[str, str] | frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "empty"
