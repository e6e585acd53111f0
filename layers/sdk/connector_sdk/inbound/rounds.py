"""Polling: who waits is looked for now and then, and each of them is polled for at its own interval."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from connector_sdk.errors import SdkError
from connector_sdk.inbound.activation import Ambiguous, Unwanted, activated
from connector_sdk.inbound.failing import Failing
from connector_sdk.inbound.identity import record_id
from connector_sdk.inbound.message import InboundMessage
from connector_sdk.inbound.polling import Poll, PollFunction, Polls
from connector_sdk.inbound.recording import recorded
from connector_sdk.inbound.taking import MessageEvent, SourceServices
from connector_sdk.inbound.waiting import Waiting, variables_of, waiting
from connector_sdk.stores import State

AT_ONCE = 16
"""Polls that run side by side."""
PAUSE_SECONDS = 0.2
MISSED_MS = 70_000
"""An instance that began to wait so long before a run is polled for at once: the run before may not have seen it."""
_LOG = logging.getLogger(__name__)


PollingServices = SourceServices[Polls]


class Unusable(SdkError):
    """What was answered is kept among the deliveries, as refused."""


class Rounds:
    """Polls for whoever waits, until it is stopped or its time is over.

    `begin_ms`: of a run that follows upon others; who waits for longer keeps the rhythm that they had.
    `tell` hears of what fails once, and once more when it goes well.
    """

    def __init__(
        self,
        services: PollingServices,
        functions: Mapping[str, PollFunction],
        *,
        begin_ms: int | None = None,
        tell: Callable[[str], None] = _LOG.warning,
    ) -> None:
        self._services = services
        self._functions = functions
        self._begin_ms = begin_ms
        self._tell = tell
        self._failing = Failing()
        self._looked: dict[str, int] = {}
        self._due: dict[Waiting, int] = {}
        self._running: dict[Waiting, Future[int]] = {}
        self.polls = 0
        """How many there were."""

    def run(self, stopped: threading.Event, until_ms: float = float("inf"), *, once: bool = False) -> None:
        """Poll until then. `once`: return when nothing more is due, and no model wants a look before the end."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="poll") as pool:
            while not stopped.is_set() and (now := self._services.clock.time_ms()) < until_ms:
                self._look(now)
                self._collect()
                for one in [one for one, due in self._due.items() if due <= now and one not in self._running]:
                    self._running[one] = pool.submit(self._poll, one)
                    self.polls += 1
                if once and not self._running and not any(due < until_ms for due in self._due.values()):
                    return
                stopped.wait(PAUSE_SECONDS)
        self._collect()

    def _look(self, now: int) -> None:
        polls = {queue[0].path: queue[0] for queue in self._services.routes}
        for one in [one for one in self._due if polls.get(one.poll.path) is not one.poll]:
            del self._due[one]
            self._failing.well(one.poll.path, one)
        for path, poll in polls.items():
            if now - self._looked.get(path, 0) >= poll.look_ms:
                self._looked[path] = now
                self._update(poll, now)

    def _update(self, poll: Poll, now: int) -> None:
        try:
            there = set(waiting(poll, self._services.engine))
        except Exception as error:
            self._failed(f"who waits at {poll.path} cannot be seen, and is looked for again", poll.path, poll, error)
            return
        self._well(poll.path, poll)
        for gone in [one for one in self._due if one.poll is poll and one not in there]:
            del self._due[gone]
            self._failing.well(poll.path, gone)
        for one in there - self._due.keys():
            self._due[one] = self._first(one, now)

    def _first(self, one: Waiting, now: int) -> int:
        """When an instance that is seen for the first time is polled for."""
        if self._begin_ms is None or one.since_ms >= self._begin_ms - MISSED_MS:
            return now
        try:
            interval = one.poll.interval_ms(one.poll.properties(variables_of(one, self._services.engine)))
        except Exception:
            return now  # that poll says why
        waited = self._begin_ms - one.since_ms
        return one.since_ms + -(-waited // interval) * interval

    def _collect(self) -> None:
        for one in [one for one, future in self._running.items() if future.done()]:
            future = self._running.pop(one)
            if one in self._due:
                self._due[one] = self._services.clock.time_ms() + future.result()

    def _poll(self, one: Waiting) -> int:
        """Poll once; returns how long to wait until the next time. Never raises."""
        interval = one.poll.look_ms
        try:
            properties = one.poll.properties(variables_of(one, self._services.engine))
            interval = one.poll.interval_ms(properties)
            self._correlate(one, self._functions[one.poll.connector.type](properties))
            self._well(one.poll.path, one)
        except Exception as error:
            self._failed(f"a poll of {one.poll.path} failed, and is tried again", one.poll.path, one, error)
        return interval

    def _failed(self, what: str, path: str, who: Hashable, error: Exception) -> None:
        if not self._failing.failed(path, who, str(error)):
            return
        if isinstance(error, SdkError):
            self._tell(f"{what}: {error}")
        else:
            _LOG.error("%s", what, exc_info=error)

    def _well(self, path: str, who: Hashable) -> None:
        if self._failing.well(path, who):
            self._tell(f"{path} is polled again")

    def _correlate(self, one: Waiting, payload: Mapping[str, Any]) -> None:
        found = activated(one.poll.elements, payload, one.poll.rules)
        if isinstance(found, Unwanted | Ambiguous):
            return
        stated = {"messageIdExpression": "=" + json.dumps(one.message_id), **found.properties}
        now = self._services.clock.time_ms()
        message = InboundMessage(payload, self._refused(one, now))
        event = MessageEvent(message, one.poll.path, replace(found, properties=stated), now)
        answer = recorded(event, self._services)
        if not answer.accepted:
            raise Unusable("its answer cannot be used by the model; `connectors deliveries` says why")

    def _refused(self, one: Waiting, now: int) -> str | None:
        """The id under which what its model cannot use is kept: once for an instance, and not once for each poll."""
        there = self._services.deliveries.get(record_id(one.poll.path, one.message_id, now))
        return one.message_id if there is None or there.state is State.REFUSED else None
