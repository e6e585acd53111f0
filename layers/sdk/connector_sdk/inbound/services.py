"""What a webhook needs beside the request."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.inbound.correlation import InboundEngine
from connector_sdk.inbound.limits import MAX_BODY_BYTES
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.signatures.scheme import PATIENCE_MS
from connector_sdk.stores import Deliveries


@dataclass(frozen=True, slots=True)
class WebhookServices:
    """Routes with their secrets, the engine, the deliveries store, the time."""

    routes: Routes
    engine: InboundEngine
    deliveries: Deliveries
    clock: Clock = field(default_factory=SystemClock)
    public_address: str = ""
    """Scheme and host that senders use, if a proxy hides them; part of what some signatures sign."""
    budget_ms: int = PATIENCE_MS
    """From the request's own timestamp; less if the scheme's vendor has less patience."""
    max_body_bytes: int = MAX_BODY_BYTES
