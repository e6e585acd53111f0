"""What an author of a kind writes whose source hands nothing over: somebody has to look into it now and then.

It is a subscription in everything else: elements share it, events are recorded, published and redelivered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar, cast

from connector_sdk.inbound.identity import record_id
from connector_sdk.inbound.message import Items, Settled
from connector_sdk.inbound.subscription import Subscription, SubscriptionConnector
from connector_sdk.inbound.taking import SubscriptionServices, take
from connector_sdk.settings import Settings
from connector_sdk.stores import State

P = TypeVar("P")
Taken = Callable[[Mapping[str, Any]], bool]
"""Take in a record, of which the kind's function makes a message with an id.

True: the engine has its event, or the model wants it dropped, so that the source may be told that it is done. False: it
stays there, and is looked at again."""
Look = Callable[[P, Settings, Taken], None]
"""One look into a source. Raises SdkError when it cannot be had; the next look begins anew."""
SHORTEST_MS = 1_000
"""Between two looks into a source, whatever the model says."""
AT_ONCE = 16


@dataclass(frozen=True, kw_only=True)
class PolledConnector(SubscriptionConnector[P]):
    """A kind of source that is looked into. Called as a Lambda handler by a schedule it looks for a minute."""

    look: Look[P]
    interval_ms: Callable[[P], int]
    """Between two looks."""
    at_once: int = AT_ONCE
    """Sources that one function looks into side by side: its memory has to hold what all of them hold."""
    items: Items = lambda _: ()
    """No event source mapping hands anything over."""

    def __post_init__(self) -> None:
        import_module("connector_sdk.inbound.looks")

    @cached_property
    def _deployed(self) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
        from connector_sdk.inbound.looks import deployed_looks

        return deployed_looks(self)


def interval_of(subscription: Subscription) -> int:
    """Milliseconds between two looks into its source."""
    return max(SHORTEST_MS, _connector(subscription).interval_ms(subscription.configuration))


def look_into(subscription: Subscription, services: SubscriptionServices, settings: Settings) -> None:
    """Look into the source of a subscription once. Raises what its kind raises."""

    def taken(record: Mapping[str, Any]) -> bool:
        now = services.clock.time_ms()
        settled, event = take(record, services.routes.at(subscription.source), services, now)
        if settled is not Settled.DONE or event is None:
            return settled is Settled.DONE
        # On disk is not enough: who looks into the source should find there what no process has yet.
        there = services.deliveries.get(record_id(event.path, event.message.id, now))
        return there is not None and there.state is State.PUBLISHED

    _connector(subscription).look(subscription.configuration, settings, taken)


def _connector(subscription: Subscription) -> PolledConnector[Any]:
    return cast(PolledConnector[Any], subscription.connector)
