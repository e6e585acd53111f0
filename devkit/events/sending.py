"""Signing an event as its vendor does, and sending it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.schemes import SCHEMES
from connector_sdk.wire.connection import Connections
from devkit.events.sample import Sample


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


def send(sample: Sample, url: str, vendor: str, secret: str = "", clock: Clock | None = None) -> Reply:
    """Post a sample to a webhook, signed with the vendor's secret if there is one.

    Raises ValueError for an address that is none, ConnectorInputError for a secret that cannot be used, OSError if
    nobody answers.
    """
    parts = urlsplit(url)
    connections = Connections(f"{parts.scheme}://{parts.netloc}")
    headers = {"content-type": sample.content_type, **{name.lower(): one for name, one in sample.headers.items()}}
    request = WebhookRequest(
        method="POST",
        path=parts.path or "/",
        body=sample.body,
        headers=headers,
        query=parts.query,
        url=f"{parts.scheme}://{parts.netloc}{parts.path or '/'}",
        received_ms=(clock or SystemClock()).time_ms(),
    )
    signed = _signed(request, vendor, secret) if secret else {}
    target = request.path + (f"?{request.query}" if request.query else "")
    try:
        reply = connections.request("POST", target, body=sample.body, headers={**headers, **signed})
    finally:
        connections.close()
    return Reply(reply.status, reply.body)


def _signed(request: WebhookRequest, vendor: str, secret: str) -> dict[str, str]:
    """The headers by which the vendor is recognised. Raises ConnectorInputError."""
    if vendor == "sns":
        raise ConnectorInputError("only Amazon SNS can sign its messages: send this one without a secret")
    if vendor == "eventbridge":
        # An API destination with an API key, where Camunda's template looks for it.
        return {"authorization": f"Bearer {secret}"}
    return dict(SCHEMES[vendor](secret).sign(request))
