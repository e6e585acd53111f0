"""A consumer for each source that subscriptions want, started again when its broker goes away."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from connector_sdk.inbound.batch import settle
from connector_sdk.inbound.message import Item, Settled
from connector_sdk.inbound.subscription import Subscription
from connector_sdk.inbound.taking import SubscriptionServices
from connector_sdk.repeating import Repeating
from connector_sdk.settings import Settings
from devkit.connector_runtime.sources.reader import Reader, Reading
from devkit.connector_runtime.sources.readers import READERS
from devkit.connector_runtime.told import Notice, Tell

LOOK_SECONDS = 0.5
"""Between two looks at which subscriptions there are."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0
"""Before a consumer whose broker went away is started again; doubled each time."""
STOP_SECONDS = 10.0
_LOG = logging.getLogger(__name__)


class Sources:
    """The consumers of one host."""

    def __init__(
        self,
        services: SubscriptionServices,
        settings: Settings,
        tell: Tell,
        readers: Mapping[str, Reader] = READERS,
    ) -> None:
        self._services = services
        self._settings = settings
        self._tell = tell
        self._readers = readers
        self._running: dict[str, _Consumer] = {}
        self._looks = Repeating("sources", self._look)

    def start(self) -> None:
        """Begin, in threads."""
        self._looks.start(LOOK_SECONDS)

    def stop(self) -> None:
        """Finish the records in hand; what a broker has not been told of by then, it hands over again."""
        self._looks.stop()
        for consumer in self._running.values():
            consumer.stopped.set()
        for consumer in self._running.values():
            consumer.thread.join(STOP_SECONDS)

    def _look(self) -> None:
        wanted = {queue[0].path: queue[0] for queue in self._services.routes}
        for path in [path for path, one in self._running.items() if wanted.get(path) is not one.subscription]:
            consumer = self._running.pop(path)
            consumer.stopped.set()
            consumer.thread.join(STOP_SECONDS)
        for path, subscription in wanted.items():
            if path not in self._running:
                self._running[path] = self._consumer(subscription)

    def _consumer(self, subscription: Subscription) -> _Consumer:
        consumer = _Consumer(
            subscription,
            self._services,
            self._settings,
            self._tell,
            self._readers[subscription.connector.type],
        )
        consumer.thread.start()
        return consumer


class _Consumer:
    """One thread that reads one source."""

    def __init__(
        self,
        subscription: Subscription,
        services: SubscriptionServices,
        settings: Settings,
        tell: Tell,
        reader: Reader,
    ) -> None:
        self.subscription = subscription
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"source {subscription.path}", daemon=True)
        self._services = services
        self._settings = settings
        self._tell = tell
        self._reader = reader
        self._failures = 0

    def _run(self) -> None:
        while not self.stopped.is_set():
            try:
                self._reader(
                    Reading(
                        self.subscription, self._settle, self._services, self._settings, self.stopped, self._connected
                    )
                )
            except Exception as error:
                _LOG.info("the consumer of %s ended", self.subscription.path, exc_info=True)
                self._failed(error)

    def _settle(self, event: Mapping[str, Any]) -> Sequence[tuple[Item, Settled]]:
        one = self.subscription
        return list(settle(one.connector, event, self._services, one.path))

    def _connected(self) -> None:
        if self._failures:
            self._tell(Notice(f"{self.subscription.path} is there again"))
        self._failures = 0

    def _failed(self, error: Exception) -> None:
        if not self._failures:
            self._tell(Notice(f"{self.subscription.path} cannot be read, and is tried again: {error}"))
        pause = min(FIRST_PAUSE_SECONDS * 2**self._failures, LONGEST_PAUSE_SECONDS)
        self._failures = min(self._failures + 1, 16)
        self.stopped.wait(pause)
