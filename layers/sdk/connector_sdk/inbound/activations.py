"""What is activated of the deployed processes, and which webhook a path belongs to.

A path belongs to the first process that took it; others wait in line.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.compatibility import NEWEST
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.errors import SdkError, SecretMissing
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.properties import nested
from connector_sdk.inbound.sharing import Bound, groups
from connector_sdk.secrets import SecretProvider, mask, resolve

RETRY_MS = 5_000
"""Elements that could not be activated are tried again when a path is missed, at most this often."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Elements that could not be activated, and why."""

    elements: tuple[InboundElement, ...]
    reason: str


class Activated(Protocol):
    """One connector with the elements that share it."""

    @property
    def path(self) -> str: ...
    @property
    def connector(self) -> Any: ...
    @property
    def elements(self) -> tuple[InboundElement, ...]: ...
    @property
    def bound(self) -> tuple[Bound, ...]: ...
    @property
    def owner(self) -> tuple[str, str]: ...


R = TypeVar("R", bound=Activated)


class Activations(Generic[R]):
    """What is activated on one host. `connectors` are the kinds it serves; other elements are not its business.

    Readers may look while processes are deployed.
    """

    def __init__(
        self,
        connectors: Sequence[Any],
        secrets: SecretProvider,
        compatibility: str = NEWEST,
        clock: Clock | None = None,
    ) -> None:
        self.rules = InboundRules.of(compatibility)
        self.versions: dict[tuple[str, str], int] = {}
        """The registered version of each process, by tenant and process id."""
        self._connectors = {connector.type: connector for connector in connectors}
        self._secrets = secrets
        self._clock = clock or SystemClock()
        self._queues: dict[str, list[R]] = {}
        self._refused: dict[tuple[str, str], list[Refusal]] = {}
        self._elements: dict[tuple[str, str], Sequence[InboundElement]] = {}
        self._routes: dict[tuple[str, str], Sequence[R]] = {}
        self._earlier: Mapping[tuple[str, str], Sequence[R]] = {}
        self._retried_ms = 0
        self._lock = threading.RLock()

    def made(self, connector: Any, usable: tuple[Bound, ...]) -> R:
        """One of elements that share a connector. Raises SdkError, or what the connector raises."""
        raise NotImplementedError

    def deploy(self, process: DeployedProcess, elements: Sequence[InboundElement]) -> Sequence[Refusal]:
        """Register the elements of one process version instead of those of its other versions.

        Returns what could not be activated; it is tried again later. Elements of other kinds are left out in silence.
        """
        owner = (process.tenant_id, process.process_definition_id)
        with self._lock:
            refused = self._activate(owner, elements, keep_place=not self.rules.version_loses_place)
            self.versions[owner] = process.version
        return refused

    def renewed(self) -> Self:
        """Empty, of the same host. What comes back unchanged keeps its route, and what that has fetched."""
        empty = type(self)([*self._connectors.values()], self._secrets, self.rules.general.version, self._clock)
        empty._earlier = self._routes
        return empty

    def withdraw(self, owner: tuple[str, str]) -> None:
        """Forget a process (tenant and process id); whoever waits for its paths gets them."""
        with self._lock:
            self._replace(owner, [], keep_place=False)
            for of_owner in (self._refused, self._elements, self._routes):
                of_owner.pop(owner, None)
            self.versions.pop(owner, None)

    def find(self, path: str) -> R | None:
        """The route that owns `path`, None if there is none."""
        if path not in self._queues:
            self._retry()
        queue = self._queues.get(path)
        return queue[0] if queue else None

    def __iter__(self) -> Iterator[Sequence[R]]:
        """For each path the routes that want it, the owner first."""
        with self._lock:
            return iter([tuple(queue) for queue in self._queues.values()])

    @property
    def refused(self) -> Sequence[Refusal]:
        """What is deployed and cannot be activated."""
        return [refusal for refusals in self._refused.values() for refusal in refusals]

    def _activate(
        self, owner: tuple[str, str], elements: Sequence[InboundElement], *, keep_place: bool
    ) -> list[Refusal]:
        """Make all routes of one process, and put them where its old ones are. Returns what could not be activated."""
        known = [*self._routes.get(owner, ()), *self._earlier.get(owner, ())]
        routes, refused = self._activated(elements, known)
        self._replace(owner, routes, keep_place=keep_place)
        self._elements[owner], self._routes[owner], self._refused[owner] = elements, routes, refused
        return refused

    def _activated(self, elements: Sequence[InboundElement], known: Sequence[R]) -> tuple[list[R], list[Refusal]]:
        """One route for the elements of each group: one that is `known` if nothing has changed."""
        routes: list[R] = []
        refused: list[Refusal] = []
        for group in groups(elements, self.rules):
            connector = self._connectors.get(group[0].type)
            usable = self._bound(group, refused) if connector else ()
            if connector is None or not usable:
                continue
            try:
                same = (one for one in known if one.bound == usable and one.connector is connector)
                routes.append(next(same, None) or self.made(connector, usable))
            except Exception as error:
                # Whatever a connector's own code raises, the other webhooks of the host stay up.
                reason = mask(str(error), [secret for one in usable for secret in one.secrets])
                refused.append(Refusal(tuple(one.element for one in usable), reason))
        return routes, refused

    def _bound(self, group: Sequence[InboundElement], refused: list[Refusal]) -> tuple[Bound, ...]:
        """Elements with their properties. One whose secret is missing is refused, and stops only itself."""
        textual = self.rules.general.textual_secrets
        usable = []
        for element in group:
            try:
                resolved = resolve(dict(element.properties), self._secrets, textual=textual)
                usable.append(Bound(element, nested(resolved.value), resolved.used))
            except SdkError as error:
                refused.append(Refusal((element,), error.incident if isinstance(error, SecretMissing) else str(error)))
        return tuple(usable)

    def _replace(self, owner: tuple[str, str], routes: Iterable[R], *, keep_place: bool) -> None:
        """Swap the routes of one process in every queue: at its old place, or at the end."""
        new: dict[str, list[R]] = {}
        for route in routes:
            new.setdefault(route.path, []).append(route)
        for path in [*self._queues, *(path for path in new if path not in self._queues)]:
            queue = self._queues.get(path, [])
            others = [route for route in queue if route.owner != owner]
            place = next((index for index, route in enumerate(queue) if route.owner == owner), len(others))
            place = place if keep_place else len(others)
            # A new list each time: readers hold no lock.
            self._queues[path] = [*others[:place], *new.get(path, []), *others[place:]]
        for path in [path for path, queue in self._queues.items() if not queue]:
            del self._queues[path]

    def _retry(self) -> None:
        """Try again what could not be activated, unless that was done a moment ago."""
        with self._lock:
            now = self._clock.time_ms()
            if not self.refused or now - self._retried_ms < RETRY_MS:
                return
            self._retried_ms = now
            for owner in [owner for owner, refusals in self._refused.items() if refusals]:
                # The whole process: what became usable may share a connector with what was usable before.
                self._activate(owner, self._elements[owner], keep_place=True)
