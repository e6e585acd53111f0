"""The routed processes of a running host: its own models, and what else is deployed in the engine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound import InboundElement, Refusal, Routes
from connector_sdk.inbound.activations import Activations
from connector_sdk.stores.routes import RoutedProcess
from devkit.connector_runtime.told import Notice, Tell


class LiveEntries:
    """Entries that take effect at once. They live as long as the host; threads may share them."""

    def __init__(self, routes: Routes, others: Sequence[Activations[Any]], tell: Tell) -> None:
        self.address = ""
        """Of the webhooks, to tell of those that are found."""
        self._served = (routes, *others)
        self._tell = tell
        self._entered: dict[str, RoutedProcess] = {}
        self._lock = threading.Lock()

    def all(self) -> Sequence[RoutedProcess]:
        """Every entry, the first ones first."""
        with self._lock:
            return sorted(self._entered.values(), key=lambda process: (process.since_ms, process.id))

    def enter(self, process: RoutedProcess) -> Sequence[Refusal]:
        """Serve a process's events instead of those of its other versions; returns what cannot be served."""
        with self._lock:
            return self._serve(process)

    def swap(self, process_id: str, before: RoutedProcess | None, after: RoutedProcess | None) -> bool:
        """Serve what was found in the engine (None: nothing) instead of `before`, and tell of it.

        False, and nothing done, if `before` is not what is served any more.
        """
        with self._lock:
            if self._entered.get(process_id) != before:
                return False
            if after is not None:
                refusals = self._serve(after)
            elif before is not None:
                self._withdraw(before)
        if after is not None:
            self._tell_of(after, refusals)
        elif before is not None:
            self._tell(
                Notice(f"{before.process_definition_id} is deployed no longer: nothing is taken for it any more")
            )
        return True

    def _serve(self, process: RoutedProcess) -> Sequence[Refusal]:
        deployed = DeployedProcess(process.process_definition_id, process.version, process.key, "", process.tenant_id)
        self._entered[process.id] = process
        elements = [InboundElement.from_json(one) for one in process.elements]
        return [refusal for one in self._served for refusal in one.deploy(deployed, elements)]

    def _withdraw(self, process: RoutedProcess) -> None:
        del self._entered[process.id]
        for served in self._served:
            served.withdraw((process.tenant_id, process.process_definition_id))

    def _tell_of(self, process: RoutedProcess, refusals: Sequence[Refusal]) -> None:
        version = f"{process.process_definition_id} version {process.version}"
        for refusal in refusals:
            named = ", ".join(element.element_id for element in refusal.elements)
            self._tell(Notice(f"{version} was deployed; {named} cannot be served: {refusal.reason}"))
        refused = {element.element_id for refusal in refusals for element in refusal.elements}
        for element in process.elements:
            if element["element_id"] not in refused and element["properties"].get("inbound.context"):
                path = element["properties"].get("inbound.context", "")
                self._tell(Notice(f"{version} was deployed: {self.address}/{path} is its {element['element_id']}"))
