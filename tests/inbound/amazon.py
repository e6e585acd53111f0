"""Amazon SNS, played by a key of our own: its messages, its certificate, and what is fetched from it."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from connector_sdk.errors import WebhookError
from functions.inbound.sns.message import canonical
from tests.inbound.host import NOW

TOPIC = "arn:aws:sns:eu-central-1:123456789012:orders"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123.pem"
CONFIRM = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=t&Token=2336"
NOTIFICATION = {
    "Type": "Notification",
    "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "TopicArn": TOPIC,
    "Subject": "My First Message",
    "Message": "Hello\nworld ✓",
    "Timestamp": "2012-05-02T00:54:06.655Z",
    "SignatureVersion": "2",
    "SigningCertURL": CERTIFICATE,
}
SUBSCRIPTION = {
    "Type": "SubscriptionConfirmation",
    "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    "Token": "2336",
    "TopicArn": TOPIC,
    "Message": "You have chosen to subscribe",
    "SubscribeURL": CONFIRM,
    "Timestamp": "2012-04-26T20:45:04.751Z",
    "SignatureVersion": "2",
    "SigningCertURL": CERTIFICATE,
}


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(begins_ms: int = NOW - 1_000, ends_ms: int = NOW + 86_400_000) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key().public_key())
        .serial_number(1)
        .not_valid_before(epoch + timedelta(milliseconds=begins_ms))
        .not_valid_after(epoch + timedelta(milliseconds=ends_ms))
    )
    return builder.sign(key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed(message: dict[str, Any]) -> dict[str, Any]:
    algorithm = {"1": hashes.SHA1, "2": hashes.SHA256}[message["SignatureVersion"]]()
    signature = key().sign(canonical(message), padding.PKCS1v15(), algorithm)
    return {**message, "Signature": base64.b64encode(signature).decode()}


class Amazon:
    """What was fetched from Amazon, and what it gives."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, Callable[[], bytes]] = {CERTIFICATE: certificate, CONFIRM: lambda: b"<ok/>"}

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.answers:
            raise WebhookError(503, "away", {"retry-after": "30"})
        return self.answers[url]()

    @classmethod
    def played(cls, monkeypatch: pytest.MonkeyPatch) -> "Amazon":
        """It answers instead of the real one until the end of the test."""
        played = cls()
        for module in ("certificates", "app"):
            monkeypatch.setattr(f"functions.inbound.sns.{module}.fetched", played.fetch)
        return played
