"""A message of Amazon SNS: what its signature covers, and where it may send us."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.request import WebhookRequest

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

NOTIFICATION = "Notification"
SUBSCRIPTION = "SubscriptionConfirmation"
SIGNED: Mapping[str, tuple[str, ...]] = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
"""What is signed of each type, in this order; a Subject only if there is one."""
OPTIONAL = frozenset({"Subject"})
HASHES = {"1": "SHA1", "2": "SHA256"}
_ADDRESS = re.compile(r"https://sns\.([a-z0-9-]{3,})\.amazonaws\.com(?:\.cn)?(/[!-~]*)", re.ASCII)
_ARN = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):\d+:.+", re.ASCII)


def unverified() -> WebhookError:
    """The one answer for a message that SNS did not sign, or not for us."""
    return WebhookError(401, "Reason: INVALID_SIGNATURE. Details: This is no message that Amazon SNS signed")


def message_of(request: WebhookRequest) -> dict[str, str]:
    """The body: a JSON object of texts. Raises WebhookError (400) for anything else, or an unknown type."""
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("Type"), str) or found["Type"] not in SIGNED:
        raise WebhookError(400, "The body is no message of Amazon SNS. Turn raw message delivery off: it is not signed")
    return found


def message_id(request: WebhookRequest) -> str | None:
    """SNS repeats a message under its id."""
    found = message_of(request).get("MessageId")
    return found if isinstance(found, str) and found else None


def region_of(message: Mapping[str, str]) -> str:
    """The region of the message's topic. Raises WebhookError (401)."""
    found = _ARN.fullmatch(str(message.get("TopicArn")))
    if found is None:
        raise unverified()
    return found[1]


def path_at_sns(address: str, region: str) -> str | None:
    """Path and query of an address of SNS itself in that region; None for any other: nothing else is fetched."""
    found = _ADDRESS.fullmatch(address)
    return found[2] if found is not None and found[1] == region else None


def verify(message: Mapping[str, str], certificate: Certificate) -> None:
    """Raise WebhookError (401) unless the certificate's key signed the message (RSA, PKCS #1 v1.5)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key, version = certificate.public_key(), message.get("SignatureVersion")
    if not isinstance(key, rsa.RSAPublicKey) or version not in HASHES:
        raise unverified()
    try:
        signature = base64.b64decode(str(message.get("Signature")), validate=True)
        key.verify(signature, canonical(message), padding.PKCS1v15(), getattr(hashes, HASHES[version])())
    except (InvalidSignature, binascii.Error, ValueError):
        raise unverified() from None


def canonical(message: Mapping[str, str]) -> bytes:
    """The text that is signed: each name and each value on a line. Raises WebhookError (401) if one is missing."""
    lines = []
    for name in SIGNED[message["Type"]]:
        value = message.get(name)
        if value is None and name in OPTIONAL:
            continue
        if not isinstance(value, str):
            raise unverified()
        lines.append(f"{name}\n{value}\n")
    return "".join(lines).encode(errors="replace")
