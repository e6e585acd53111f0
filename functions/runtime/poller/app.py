"""The poller as a Lambda function: each run takes jobs for a while, then finishes what it took.

With `always` a run starts every 5 minutes, takes jobs for 370 s and may finish them until 870 s, so that runs overlap:
somebody is always asking, and no job is cut off. With `minute` a run looks once and is over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import CurrentEngine, EngineClient
from connector_sdk.errors import EngineBusy, EngineUnreachable
from connector_sdk.secrets import EngineSettings
from connector_sdk.settings import Settings, environment
from functions.runtime.poller.backoff import Backoff
from functions.runtime.poller.finished import log_finished
from functions.runtime.poller.heartbeat import Heartbeat
from functions.runtime.poller.invokers.aws_lambda import AwsLambda
from functions.runtime.poller.options import Options
from functions.runtime.poller.pauses import follow
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.spelled_secrets import SpelledSecrets
from functions.runtime.poller.stack_registry import read_registry

log = logging.getLogger("connectors.poller")
log.setLevel(logging.INFO)

SLOTS = 700
"""Of all types together: a function has 1,024 threads and descriptors."""
SLOTS_OF_A_TYPE = 256
"""Of these, at most: one type must not hold most of what all of them share."""
END_MARGIN_SECONDS = 30.0
"""Kept free before the function's own time-out, to give back what was never started."""


@dataclass(frozen=True, slots=True)
class Window:
    """How long a run takes jobs, and how long the engine keeps one request open."""

    seconds: float
    request_timeout_ms: int


WINDOWS: Mapping[str, Window] = {"always": Window(370.0, 10_000), "minute": Window(2.0, 1_000)}
"""By PollerMode; a mode that is not here takes no jobs."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """One run. Returns how its jobs ended, `left` are those that still ran at the end: their locks run out."""
    settings = Settings.read()
    window = WINDOWS.get(settings.poller_mode)
    if window is None:
        return {"mode": settings.poller_mode, "counts": {}, "left": 0}
    registry = read_registry(settings, environment())
    if not registry:
        log.warning("the stack %s has no connectors", settings.stack)
        return {"mode": settings.poller_mode, "counts": {}, "left": 0}
    client, clock = engine().client(), SystemClock()
    poller = Poller(
        client,
        registry,
        AwsLambda(settings),
        Options(
            Compatibility.of(settings.compatibility),
            secret_names=spelled_secrets(settings.compatibility),
            slots_per_type=SLOTS_OF_A_TYPE,
            shared_slots=SLOTS,
            batch_size=settings.batch_size,
            request_timeout_ms=window.request_timeout_ms,
            cluster_id=_cluster_id(client, clock, min(window.seconds, _seconds_left(context) - END_MARGIN_SECONDS)),
            tenant_ids=settings.tenant_ids,
        ),
        clock=clock,
        observer=lambda finished: log_finished(log, finished, settings.operate_address, structured=True),
        tell=Heartbeat(settings.stack),
    )
    try:
        follow(settings, poller.pause, poller.stopping)
        poller.start()
        clock.wait(poller.stopping, min(window.seconds, max(0.0, _seconds_left(context) - 2 * END_MARGIN_SECONDS)))
    finally:  # what a run leaves behind would go on in the next one
        left = poller.stop(max(0.0, _seconds_left(context) - END_MARGIN_SECONDS))
    return {"mode": settings.poller_mode, "counts": poller.counts(), "left": left}


@cache
def engine() -> CurrentEngine:
    """Its credentials are read every few minutes; connections and tokens are kept between runs."""
    return CurrentEngine(EngineSettings(Settings.read()).current)


@cache
def spelled_secrets(compatibility: str) -> SpelledSecrets:
    """What is known of process definitions is kept between runs."""
    return SpelledSecrets(lambda: engine().client(), Compatibility.of(compatibility))


def _seconds_left(context: Any) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000


def _cluster_id(client: EngineClient, clock: Clock, patience_seconds: float) -> str | None:
    """Ask the engine who it is, again and again while it is away. Raises EngineError after the patience is over."""
    backoff, pause = Backoff(), threading.Event()
    end = clock.monotonic() + patience_seconds
    while True:
        try:
            found: str | None = client.topology().get("clusterId")
        except (EngineBusy, EngineUnreachable) as error:
            delay = backoff.next_seconds()
            if clock.monotonic() + delay > end:
                raise
            log.warning("next try in %.1f s: %s", delay, error)
            pause.wait(delay)
        else:
            return found
