"""Batches of an event source mapping, and the Lambda handler of a subscription kind."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from connector_sdk.clock import SystemClock
from connector_sdk.errors import SdkError
from connector_sdk.inbound.message import Item, Settled
from connector_sdk.inbound.stack import Stack
from connector_sdk.inbound.subscription import Subscription, SubscriptionConnector, Subscriptions
from connector_sdk.inbound.taking import SubscriptionServices, take
from connector_sdk.settings import Settings

_LOG = logging.getLogger(__name__)


class BatchFailed(SdkError):
    """A record has to come again, and its broker gives a batch again only as a whole."""


def settle(
    connector: SubscriptionConnector[Any],
    event: Mapping[str, Any],
    services: SubscriptionServices,
    path: str | None = None,
) -> Iterator[tuple[Item, Settled]]:
    """Take a batch in, record after record. `path`: only for subscriptions that have it, as a consumer of theirs does.

    Subscriptions without a group share their source's records, each group gets every record.
    """
    received_ms = services.clock.time_ms()
    stopped: set[str] = set()
    unread: set[str] = set()
    for item in connector.items(event):
        if item.order is not None and item.order in stopped:
            yield item, Settled.AGAIN
            continue
        active = [one for one in services.routes.at(item.source) if path in (None, one.path)]
        if not active and item.source not in unread:
            unread.add(item.source)
            known = sorted({one.source for queue in services.routes for one in queue})
            _LOG.warning("no active subscription reads %s; known: %s", item.source, ", ".join(known) or "none")
        settled = max(
            take(item.record, readers, services, received_ms, item.identifier)[0] for readers in _readers(active)
        )
        if settled is Settled.AGAIN and item.order is not None:
            stopped.add(item.order)
        yield item, settled


def _readers(subscriptions: Sequence[Subscription]) -> Sequence[Sequence[Subscription]]:
    by_group: dict[str | None, list[Subscription]] = {}
    for one in subscriptions:
        by_group.setdefault(one.group, []).append(one)
    return list(by_group.values()) or [[]]


def failures(connector: SubscriptionConnector[Any], settled: Iterator[tuple[Item, Settled]]) -> dict[str, Any]:
    """What Lambda is answered. Raises BatchFailed where it reads no partial answers."""
    left = [item.identifier for item, outcome in settled if outcome in connector.left]
    if left and not connector.partial:
        raise BatchFailed(f"{len(left)} messages could not be recorded; the batch comes again")
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in left]}


def deployed_subscriptions(
    connector: SubscriptionConnector[Any], settings: Settings | None = None
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """The Lambda handler of a kind, as the environment says. Raises SettingsError, SecretsUnavailable."""
    stack, clock = Stack.of(Subscriptions, connector, settings or Settings.read()), SystemClock()

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        sources = {item.source for item in connector.items(event)}
        routes = [stack.fresh.of(source) for source in sorted(sources)]
        if not routes:
            return failures(connector, iter(()))
        services = SubscriptionServices(routes[-1], stack.engine.client(), stack.deliveries, clock)
        return failures(connector, settle(connector, event, services))

    return handle
