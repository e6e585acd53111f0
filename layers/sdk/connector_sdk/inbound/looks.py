"""The Lambda handler of a kind that is looked into: each minute a run, with the looks that are due in its minute.

Looks are due at the multiples of their interval, so that runs need not know of each other. Where one takes long, runs
overlap: what both see has one delivery id, and is published once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.errors import SdkError
from connector_sdk.inbound.polled import PolledConnector, interval_of, look_into
from connector_sdk.inbound.schedule import MINUTE_MS, begin_of
from connector_sdk.inbound.stack import Stack
from connector_sdk.inbound.subscription import Subscription, Subscriptions
from connector_sdk.inbound.taking import SubscriptionServices
from connector_sdk.settings import Settings

PAUSE_SECONDS = 0.2
_LOG = logging.getLogger(__name__)


def deployed_looks(
    connector: PolledConnector[Any], settings: Settings | None = None, clock: Clock | None = None
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """The handler, as the environment says. Raises SettingsError, SecretsUnavailable."""
    chosen, timing = settings or Settings.read(), clock or SystemClock()
    stack = Stack.of(Subscriptions, connector, chosen)

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        subscriptions = stack.fresh.of(None)
        services = SubscriptionServices(subscriptions, stack.engine.client(), stack.deliveries, timing)
        run = _Run(
            [queue[0] for queue in subscriptions],
            lambda one: look_into(one, services, chosen),
            timing,
            connector.at_once,
        )
        return {"looks": run.looks(begin_of(event, timing.time_ms()))}

    return handle


class _Run:
    """The looks of one minute. Each source has one at a time; those that were missed meanwhile are left out."""

    def __init__(
        self, subscriptions: Sequence[Subscription], look: Callable[[Subscription], None], clock: Clock, at_once: int
    ) -> None:
        self._subscriptions = {one.path: one for one in subscriptions}
        self._look = look
        self._clock = clock
        self._at_once = at_once

    def looks(self, begin_ms: int) -> int:
        """Look until the minute is over; returns how often."""
        end_ms, count = begin_ms + MINUTE_MS, 0
        due = {path: _next(one, begin_ms) for path, one in self._subscriptions.items()}
        running: dict[str, Future[None]] = {}
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="look") as pool:
            while running or any(when < end_ms for when in due.values()):
                now = self._clock.time_ms()
                for path in [path for path, future in running.items() if future.done()]:
                    del running[path]
                    due[path] = _next(self._subscriptions[path], max(now, due[path] + 1))
                for path in [path for path, when in due.items() if when <= now and when < end_ms]:
                    if path not in running:
                        running[path] = pool.submit(self._once, self._subscriptions[path])
                        count += 1
                threading.Event().wait(PAUSE_SECONDS)
        return count

    def _once(self, one: Subscription) -> None:
        """Never raises."""
        try:
            self._look(one)
        except SdkError as error:
            _LOG.warning("%s cannot be looked into, and is tried again: %s", one.path, error)
        except Exception:
            _LOG.exception("%s cannot be looked into, and is tried again", one.path)


def _next(one: Subscription, from_ms: int) -> int:
    """When its next look is due, now or later."""
    interval = interval_of(one)
    return -(-from_ms // interval) * interval
