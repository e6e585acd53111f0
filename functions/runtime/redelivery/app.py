"""Redelivery as a Lambda function: one round each minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import CurrentEngine
from connector_sdk.metrics import embedded, emit
from connector_sdk.secrets import EngineSettings
from connector_sdk.settings import Settings
from connector_sdk.stores import Deliveries
from connector_sdk.stores.places import deliveries_at
from functions.runtime.redelivery.redelivery import Redelivery, Round

log = logging.getLogger("connectors.redelivery")
log.setLevel(logging.INFO)

OLDEST_DUE_SECONDS = "OldestDueSeconds"
END_MARGIN_SECONDS = 20.0
"""No further delivery is begun when less than this is left: an engine call may take as long."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """One round. Returns how many deliveries ended in each state and how many were put off."""
    redelivery = Redelivery(deliveries(), engine().client(), compatibility=Settings.read().compatibility)
    limit = context.get_remaining_time_in_millis() / 1000 - END_MARGIN_SECONDS
    if limit <= 0:
        redelivery.stop()
    end = threading.Timer(limit, redelivery.stop)
    end.start()
    try:
        done = redelivery.round()
    finally:
        end.cancel()
    emit(_oldest_due(done))
    if done.engine_away:
        log.warning("nothing was tried: %s", done.engine_away)
    states = {state.value: count for state, count in done.states.items()}
    return {"states": states, "postponed": done.postponed, "engineAway": done.engine_away}


def _oldest_due(done: Round) -> str:
    """The metric of how long the oldest event has been waiting that was due; 0 if none was."""
    now = SystemClock().time_ms()
    waiting = 0 if done.oldest_ms is None else max(0, now - done.oldest_ms) / 1000
    place = Settings.read().deliveries
    return embedded(OLDEST_DUE_SECONDS, waiting, "Seconds", {"Table": place.name if place else ""}, now)


@cache
def engine() -> CurrentEngine:
    """Its credentials are read every few minutes; connections and tokens are kept between rounds."""
    return CurrentEngine(EngineSettings(Settings.read()).current)


@cache
def deliveries() -> Deliveries:
    """The stack's store, opened once."""
    return deliveries_at(Settings.read())
