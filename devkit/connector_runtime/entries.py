"""The routed processes of a running host: its own models, and what else is deployed in the engine."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.activations import Activations, Refusal
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.route import Routes
from connector_sdk.stores.routes import RoutedProcess
from devkit.connector_runtime.told import Notice, Tell

PATH = re.compile(r"[A-Za-z0-9._~-]+")
"""What a webhook's path may be: unreserved characters (RFC 3986 §2.3), so that it is in a URL what it is in a model."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an element has the path that it wants. `owner` is who has it instead."""

    path: str
    element: InboundElement
    owner: InboundElement | None

    def same(self, before: Standing | None) -> bool:
        return before is not None and (self.path, self.owner is None) == (before.path, before.owner is None)


Standings = Mapping[tuple[str, str, str, int], Standing]
"""By tenant, process id, element id and version."""


class LiveEntries:
    """Entries that take effect at once. They live as long as the host; threads may share them."""

    def __init__(self, routes: Routes, others: Sequence[Activations[Any]], tell: Tell) -> None:
        self.address = ""
        """Of the webhooks, to tell of those that are found."""
        self._routes = routes
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
            standings = self._standings()
            refusals = self._serve(after) if after is not None else ()
            if before is not None and after is None:
                self._withdraw(before)
            now = self._standings()
        known = before.elements if before is not None else ()
        if after is not None:
            new = [one for one in refusals if any(element.to_json() not in known for element in one.elements)]
            self._tell_refused(after, new)
        elif before is not None:
            self._tell(
                Notice(f"{before.process_definition_id} is deployed no longer: nothing is taken for it any more")
            )
        for key, standing in now.items():
            if not standing.same(standings.get(key)):
                self._tell(Notice(self._sentence(standing, after, new=key not in standings)))
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

    def _standings(self) -> Standings:
        return {
            (element.tenant_id, element.process_definition_id, element.element_id, element.version): Standing(
                route.path, element, queue[0].elements[0] if place else None
            )
            for queue in self._routes
            for place, route in enumerate(queue)
            for element in route.elements
        }

    def _sentence(self, standing: Standing, entered: RoutedProcess | None, *, new: bool) -> str:
        """What is told of a webhook that was found, or whose path has become free or is taken."""
        element, owner, url = standing.element, standing.owner, f"{self.address}/{standing.path}"
        version = f"{element.process_definition_id} version {element.version}"
        if problem := path_problem(standing.path):
            return f"{version}, {element.element_id} cannot be served: {problem}"
        if owner is not None:
            return (
                f"{version}, {element.element_id} is not served: its path is taken by "
                f"{owner.process_definition_id}, {owner.element_id} ({url}); give it another"
            )
        if entered is None or not new:
            return f"{url} is now taken for {version}, {element.element_id}"
        if element.version != entered.version:
            return f"instances of {version} wait: {url} is its {element.element_id}"
        return f"{version} was deployed: {url} is its {element.element_id}"

    def _tell_refused(self, process: RoutedProcess, refusals: Sequence[Refusal]) -> None:
        for refusal in refusals:
            named = ", ".join(element.element_id for element in refusal.elements)
            self._tell(
                Notice(
                    f"{process.process_definition_id} version {process.version} was deployed; "
                    f"{named} cannot be served: {refusal.reason}"
                )
            )


def path_problem(path: str) -> str:
    """What is wrong with a webhook's path; empty if it can be served."""
    if PATH.fullmatch(path):
        return ""
    return (
        f"its path {path!r} is not what a URL can hold; give its Webhook ID (inbound.context) letters, digits, `-`, "
        "`_`, `.` or `~` only"
    )
