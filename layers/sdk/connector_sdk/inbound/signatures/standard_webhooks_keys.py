"""What signs in Standard Webhooks: a shared secret, or the two halves of an Ed25519 key."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Protocol

from connector_sdk.errors import ConnectorInputError

SHARED, PUBLIC, PRIVATE = "whsec_", "whpk_", "whsk_"
HALF_BYTES = 32
"""Of an Ed25519 key; `whsk_` holds the private half, or both."""


class Key(Protocol):
    """One secret or key of a webhook."""

    def has_signed(self, content: bytes, signature: str) -> bool:
        """Whether it made this signature, `v1…,<Base64>`. Raises nothing."""
        ...

    def signature(self, content: bytes) -> str:
        """Its signature. Raises ConnectorInputError for a key that can only verify."""
        ...


def key_of(text: str) -> Key:
    """Read a secret or key by its prefix. Raises ConnectorInputError."""
    for prefix, made in ((PUBLIC, PublicKey), (PRIVATE, PrivateKey)):
        if text.startswith(prefix):
            return made(_decoded(text, prefix))
    return SharedSecret(_decoded(text, SHARED))


class SharedSecret:
    """`v1`: HMAC-SHA256."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def has_signed(self, content: bytes, signature: str) -> bool:
        return hmac.compare_digest(signature.encode(errors="replace"), self.signature(content).encode())

    def signature(self, content: bytes) -> str:
        return f"v1,{base64.b64encode(hmac.digest(self._secret, content, 'sha256')).decode()}"


class PublicKey:
    """`v1a`: Ed25519 (RFC 8032). The sender publishes the key, so nothing has to be kept secret here."""

    def __init__(self, key: bytes) -> None:
        if len(key) != HALF_BYTES:
            raise ConnectorInputError(f"the signature's key {PUBLIC}… has {len(key)} bytes, not {HALF_BYTES}")
        self._key = key

    def has_signed(self, content: bytes, signature: str) -> bool:
        # Only webhooks with such a key pay for the library.
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        version, _, value = signature.partition(",")
        if version != "v1a":
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self._key).verify(base64.b64decode(value, validate=True), content)
        except (InvalidSignature, ValueError):
            return False
        return True

    def signature(self, content: bytes) -> str:
        raise ConnectorInputError(f"a key {PUBLIC}… can only verify; sign with {PRIVATE}…")


class PrivateKey(PublicKey):
    """Signs as a sender does."""

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if len(key) not in (HALF_BYTES, 2 * HALF_BYTES):
            raise ConnectorInputError(f"the signature's key {PRIVATE}… has {len(key)} bytes, not 32 or 64")
        self._private = Ed25519PrivateKey.from_private_bytes(key[:HALF_BYTES])
        super().__init__(self._private.public_key().public_bytes_raw())

    def signature(self, content: bytes) -> str:
        return f"v1a,{base64.b64encode(self._private.sign(content)).decode()}"


def _decoded(text: str, prefix: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(prefix), validate=True)
    except binascii.Error:
        raise ConnectorInputError(f"the signature's secret is not Base64, with or without {prefix} before it") from None
    if not key:
        raise ConnectorInputError("the signature's secret is empty: without it anybody could sign")
    return key
