"""The stack's table of routed processes as a function sees it: read at its first event, and again each minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.activations import Activations
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.stores.routes import RoutedProcess, RoutedProcesses

FRESH_SECONDS = 60.0
"""A process that was deployed meanwhile is served after this long at the latest, a changed secret as well."""
UNKNOWN_SECONDS = 5.0
"""For a path that nobody has, the table is read again after this long: its process may have just been deployed."""
_LOG = logging.getLogger(__name__)


A = TypeVar("A", bound=Activations[Any])


class FreshRoutes(Generic[A]):
    """Routes that are made again from `processes` when they are old. `make` gives empty ones. Threads may share it.

    A webhook of which nothing has changed, no secret either, keeps its route, and so the keys that it has fetched.
    """

    def __init__(self, processes: RoutedProcesses, make: Callable[[], A], clock: Clock | None = None) -> None:
        self._processes = processes
        self._make = make
        self._clock: Clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._routes: A | None = None
        self._read_at = 0.0

    def of(self, path: str | None) -> A:
        """The routes for a request to `path`. Raises what `processes` raises, but only while there are none at all."""
        with self._lock:
            age = self._clock.monotonic() - self._read_at
            if self._routes is None:
                self._routes = self._read()
            elif age >= FRESH_SECONDS or (age >= UNKNOWN_SECONDS and path and self._routes.find(path) is None):
                self._routes = self._again(self._routes)
            return self._routes

    def _again(self, old: A) -> A:
        try:
            return self._read(old)
        except Exception:
            _LOG.exception("the routes could not be read again, the ones from before are used")
            return old

    def _read(self, old: A | None = None) -> A:
        self._read_at = self._clock.monotonic()
        routes = self._make() if old is None else old.renewed()
        for process in self._processes.all():
            try:
                _deploy(process, routes)
            except Exception:
                _LOG.exception("the events of %s cannot be served: its entry makes no sense", process.id)
        return routes


def _deploy(process: RoutedProcess, routes: Activations[Any]) -> None:
    """Raises whatever an entry that somebody else wrote may lead to."""
    deployed = DeployedProcess(process.process_definition_id, process.version, process.key, "", process.tenant_id)
    elements = [InboundElement.from_json(element) for element in process.elements]
    for refusal in routes.deploy(deployed, elements):
        named = ", ".join(element.element_id for element in refusal.elements)
        _LOG.error("%s of %s cannot be served: %s", named, process.id, refusal.reason)
