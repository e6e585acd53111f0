"""What a signature scheme is, and what every one of them refuses."""

from __future__ import annotations

import hmac
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Protocol

from connector_sdk.errors import ConnectorInputError, WebhookError
from connector_sdk.inbound.request import WebhookRequest

PATIENCE_MS = 8_000
"""How long most senders can be kept waiting: GitHub and GitLab give up after 10 s."""
TOLERANCE_SECONDS = 300
"""How far a signed timestamp may be from the request's own time, before and after it."""
_SECONDS = re.compile(r"[0-9]{1,15}", re.ASCII)


class SignatureScheme(Protocol):
    """Signs requests and verifies them, with the bytes as they were sent."""

    @property
    def patience_ms(self) -> int:
        """How long the sender may wait for its answer, with room for the way there and back."""
        ...

    def verify(self, request: WebhookRequest) -> None:
        """Raise WebhookError (401) unless the request carries this scheme's signature."""
        ...

    def sign(self, request: WebhookRequest) -> Mapping[str, str]:
        """The headers that make the request valid."""
        ...

    def delivery_id(self, request: WebhookRequest) -> str | None:
        """The sender's own id of this delivery, the same when it is repeated; None if the sender gives none."""
        ...


class VendorScheme(ABC):
    """A scheme of one vendor. Any of its secrets may have signed, so that a secret can be changed without a gap.

    Raises ConnectorInputError for an empty secret, or for none.
    """

    patience_ms = PATIENCE_MS

    def __init__(self, *secrets: str) -> None:
        if not secrets or not all(secrets):
            raise ConnectorInputError("the signature's secret is empty: without it anybody could sign")
        self.secrets = secrets

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    @abstractmethod
    def verify(self, request: WebhookRequest) -> None: ...

    @abstractmethod
    def sign(self, request: WebhookRequest) -> Mapping[str, str]: ...

    @abstractmethod
    def delivery_id(self, request: WebhookRequest) -> str | None: ...


def invalid_signature() -> WebhookError:
    """The one answer for every kind of bad signature, absent ones included; the text is Camunda's.

    Camunda's runtime 8.8.7 answers 500 when the header is absent, which invites the sender to try again.
    """
    return WebhookError(401, "Reason: INVALID_SIGNATURE. Details: HMAC signature check didn't pass")


def sole(request: WebhookRequest, *names: str) -> str:
    """The value of the one header of these names that the request carries, once.

    Raises WebhookError (401) if it is absent, empty, or there twice: nobody could say which one was signed.
    """
    given = [name for name in names if name.lower() in request.headers]
    if len(given) != 1 or given[0].lower() in request.repeated or not request.headers[given[0].lower()]:
        raise invalid_signature()
    return request.headers[given[0].lower()]


def require_match(offered: Iterable[str], expected: Iterable[str]) -> None:
    """Raise WebhookError (401) unless an offered signature is one of those expected.

    Every pair is compared in constant time, whatever the others say.
    """
    wanted = [one.encode() for one in expected]
    matches = [hmac.compare_digest(one.encode(errors="replace"), other) for one in offered for other in wanted]
    if not any(matches):
        raise invalid_signature()


def require_fresh(timestamp: str, request: WebhookRequest) -> None:
    """Raise WebhookError (401) for a timestamp (seconds since the epoch) too far from the request's time."""
    if not _SECONDS.fullmatch(timestamp):
        raise invalid_signature()
    if abs(int(timestamp) * 1000 - request.received_ms) > TOLERANCE_SECONDS * 1000:
        raise WebhookError(
            401, f"Reason: INVALID_SIGNATURE. Details: The timestamp is more than {TOLERANCE_SECONDS} s from ours"
        )
