"""What a consumer of a broker is given, and what it gives back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector_sdk.inbound.message import Item, Settled
from connector_sdk.inbound.subscription import Subscription
from connector_sdk.inbound.taking import SubscriptionServices
from connector_sdk.settings import Settings

Settle = Callable[[Mapping[str, Any]], Sequence[tuple[Item, Settled]]]
"""Takes in an event as the broker's event source mapping makes it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One consumer's work. `stopped` ends it; it is started again when it raises, or when the broker goes away."""

    subscription: Subscription
    settle: Settle
    services: SubscriptionServices
    settings: Settings
    stopped: threading.Event
    connected: Callable[[], None]
    """To be called once the broker has answered."""


Reader = Callable[[Reading], None]
