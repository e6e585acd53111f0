"""The Lambda handler of a polling kind: each minute a run, which overlaps with the next one where polls take long.

A run looks for the minute that its schedule was due at. If no element polls more often than once a minute, one look is
enough; otherwise it keeps polling until its minute is over, when the next run takes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from connector_sdk.clock import SystemClock
from connector_sdk.inbound.polling import DEFAULT_INTERVAL, INTERVAL, Poll, PollingConnector, Polls
from connector_sdk.inbound.rounds import PollingServices, Rounds
from connector_sdk.inbound.schedule import MINUTE_MS, begin_of
from connector_sdk.inbound.stack import Stack
from connector_sdk.java_duration import milliseconds
from connector_sdk.settings import Settings


def deployed_polls(
    connector: PollingConnector, settings: Settings | None = None
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """The handler, as the environment says. Raises SettingsError, SecretsUnavailable."""
    chosen, clock = settings or Settings.read(), SystemClock()
    stack = Stack.of(Polls, connector, chosen)
    poll = connector.open(chosen)

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        polls = stack.fresh.of(None)
        begin_ms = begin_of(event, clock.time_ms())
        services = PollingServices(polls, stack.engine.client(), stack.deliveries, clock)
        rounds = Rounds(services, {connector.type: poll}, begin_ms=begin_ms)
        once = not any(is_frequent(queue[0]) for queue in polls)
        rounds.run(threading.Event(), begin_ms + MINUTE_MS, once=once)
        return {"polls": rounds.polls}

    return handle


def is_frequent(poll: Poll) -> bool:
    """Whether it may be due more often than once a minute; who knows, where FEEL says it."""
    interval = poll.element.properties.get(INTERVAL, DEFAULT_INTERVAL)
    return interval.startswith("=") or milliseconds(interval) < MINUTE_MS
