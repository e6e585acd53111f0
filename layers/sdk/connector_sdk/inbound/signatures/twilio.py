"""Twilio: `X-Twilio-Signature: <Base64>`, HMAC-SHA1 with the auth token over the public address and the form's fields.

The address is the one that was typed into Twilio, byte for byte, its query included. Fields of a form follow, sorted by
name. Of any other body the address carries a digest, `bodySHA256`. There is no timestamp.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Mapping
from hashlib import sha256

from connector_sdk.inbound.request import FORM, WebhookRequest, decoded_pairs
from connector_sdk.inbound.signatures.scheme import VendorScheme, invalid_signature, require_match, sole

HEADER = "X-Twilio-Signature"
TOKEN = "I-Twilio-Idempotency-Token"  # noqa: S105 - a header's name
DIGEST = "bodySHA256"
PORTS = {"https": 443, "http": 80}


class TwilioSignature(VendorScheme):
    """The account's auth token."""

    def verify(self, request: WebhookRequest) -> None:
        given = sole(request, HEADER)
        digest = dict(decoded_pairs(request.query)).get(DIGEST)
        if not _is_form(request) and request.body and not _same(digest, sha256(request.body).hexdigest()):
            raise invalid_signature()
        require_match([given], [_signature(one, text) for one in self.secrets for text in _signed(request)])

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        """For a body that is no form, the query has to carry `bodySHA256` already."""
        return {HEADER: _signature(self.secrets[0], next(_signed(request)))}

    def delivery_id(self, request: WebhookRequest) -> str | None:
        """The idempotency token, else a message's id with its state. Calls go through one state several times."""
        token = request.headers.get(TOKEN.lower())
        if token or not _is_form(request):
            return token or None
        fields = dict(decoded_pairs(request.body.decode(errors="replace")))
        state = fields.get("MessageStatus") or fields.get("SmsStatus")
        return f"{fields['MessageSid']}:{state}" if fields.get("MessageSid") and state else None


def _is_form(request: WebhookRequest) -> bool:
    return request.media_type.lower() == FORM


def _same(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").lower().encode(errors="replace"), expected.encode())


def _signed(request: WebhookRequest) -> Iterator[str]:
    """What may have been signed: the address as it is, with its port said aloud, and without it (Twilio does both)."""
    pairs = decoded_pairs(request.body.decode(errors="replace")) if _is_form(request) else []
    fields = "".join(name + value for name, value in sorted(set(pairs)))
    address = f"{request.url}?{request.query}" if request.query else request.url
    yield address + fields
    yield _other_spelling(address) + fields


def _other_spelling(address: str) -> str:
    """With the scheme's port if there was none, without a port if there was one."""
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    name, colon, port = host.rpartition(":")
    other = name if colon and port.isdecimal() else f"{host}:{PORTS.get(scheme, 443)}"
    return f"{scheme}{separator}{other}{slash}{path}"


def _signature(secret: str, text: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(errors="replace"), "sha1")).decode()
