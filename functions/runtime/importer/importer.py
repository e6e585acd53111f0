"""What is deployed in the engine becomes entries among the routed processes: new, changed and removed versions.

The newest version of each process counts, and of older ones the elements at which their instances may still wait. A
process keeps its place in the line for its paths. What a person entered a moment ago (`connectors webhooks sync`) is
left alone until a search can know of it, and what a person retired stays retired.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Protocol

from connector_sdk.bpmn import BpmnError, read
from connector_sdk.clock import Clock, SystemClock
from connector_sdk.compatibility import NEWEST
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.errors import EngineError, EngineNotFound
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement, UnusableProcess, elements_of
from connector_sdk.repeating import EVERY_SECONDS, Repeating
from connector_sdk.stores.routes import RoutedProcess
from functions.runtime.importer.definitions import NoSearch, SearchableEngine, Versions, kept, versions, with_instances

SETTLE_MS = 5 * 60 * 1000
"""So long an entry is not taken back because a search does not know its version: searches come late."""
_LOG = logging.getLogger(__name__)

Elements = Sequence[InboundElement]


class Entries(Protocol):
    """Where the routed processes are kept: the stack's table, or the routes of a running host."""

    def all(self) -> Sequence[RoutedProcess]: ...

    def swap(self, process_id: str, before: RoutedProcess | None, after: RoutedProcess | None) -> bool:
        """Write `after` (None: nothing) instead of `before` (None: nothing); False if that is not there any more."""
        ...


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: ids of the entries that were written and of those that were taken out."""

    entered: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    """Versions that cannot be served; what was entered before them stays."""
    left: int = 0
    """Processes for which there was no time."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One round's view of the engine, and what it does about it."""

    engine: SearchableEngine
    active: set[str]
    """Keys of older versions with instances."""
    done: Round


class Importer:
    """From one engine to one place of entries."""

    def __init__(
        self,
        engine: Callable[[], SearchableEngine],
        entries: Entries,
        *,
        compatibility: str = NEWEST,
        clock: Clock | None = None,
    ) -> None:
        """`engine` gives the client of now: its credentials may have changed since the last round."""
        self._engine = engine
        self._entries = entries
        self._rules = InboundRules.of(compatibility)
        self._clock = clock or SystemClock()
        self._scanned: dict[str, Elements | None] = {}
        """By definition key, which never changes its file; None: it cannot be used."""
        self._last_since_ms = 0
        self._rounds = Repeating("importer", self._try_a_round)

    def round(self, limit_seconds: float = math.inf) -> Round:
        """Look once; after `limit_seconds` nothing more is begun.

        Raises NoSearch, EngineError, and what the entries raise.
        """
        done, end = Round(), self._clock.monotonic() + limit_seconds
        engine = self._engine()
        found = versions(engine)
        there = {(one.tenant_id, one.process_definition_id): one for one in self._entries.all()}
        if not found:
            if there:
                _LOG.warning("the engine knows no process at all: the webhooks stay as they are")
            return done
        look = _Look(engine, self._active(engine, found), done)
        for number, process in enumerate(found):
            if self._rounds.stopped or self._clock.monotonic() >= end:
                return replace(done, left=len(found) - number)
            self._update(process, look, there.get(process.owner))
        present = {process.owner for process in found}
        for entry in (one for owner, one in there.items() if owner not in present):
            if self._settled(entry):
                self._remove(entry, done)
        return done

    def start(self, every_seconds: float = EVERY_SECONDS) -> None:
        """Run a round now and then one after each pause, in a thread, until `stop`, or until there is no search."""
        self._rounds.start(every_seconds)

    def stop(self) -> None:
        """Finish the process in hand."""
        self._rounds.stop()

    def _try_a_round(self) -> None:
        try:
            self.round()
        except NoSearch as error:
            _LOG.warning("%s", error)
            self.stop()
        except EngineError as error:
            _LOG.info("webhooks could not be looked for: %s", error)

    def _active(self, engine: SearchableEngine, found: Sequence[Versions]) -> set[str]:
        """Keys of older versions that have instances, unless nobody can wait in them."""
        if self._rules.latest_only:
            return set()
        older = (one.key for process in found for one in process.older)
        return with_instances(engine, (key for key in older if self._may_wait(key)))

    def _may_wait(self, key: str) -> bool:
        if key not in self._scanned:
            return True
        return any(element.waits for element in self._scanned[key] or ())

    def _update(self, process: Versions, look: _Look, entry: RoutedProcess | None) -> None:
        """Write what one process wants now, unless it is there already, or newer than the search knows."""
        latest = process.latest
        if entry is not None and (entry.retired or (entry.version > latest.version and not self._settled(entry))):
            return
        scanned = self._scan(latest, look.engine)
        if scanned is None:
            look.done.unusable.append(f"{latest.process_definition_id} version {latest.version}")
            return
        older = (self._scan(one, look.engine) or () for one in process.older if one.key in look.active)
        wanted = [*scanned, *kept(chain.from_iterable(older), latest, look.active)]
        if not wanted:
            if entry is not None and (entry.version < latest.version or self._settled(entry)):
                self._remove(entry, look.done)
            return
        self._enter(latest, [element.to_json() for element in wanted], entry, look.done)

    def _enter(
        self, latest: DeployedProcess, elements: Sequence[Mapping[str, Any]], entry: RoutedProcess | None, done: Round
    ) -> None:
        if entry is not None and (entry.key, list(entry.elements)) == (latest.key, elements):
            return
        now = self._clock.time_ms()
        if entry is None:
            # Of two that are found at once, the one that was deployed first comes first.
            self._last_since_ms = max(now, self._last_since_ms + 1)
        process = RoutedProcess(
            latest.process_definition_id,
            latest.version,
            latest.key,
            latest.tenant_id,
            self._last_since_ms if entry is None else entry.since_ms,
            tuple(elements),
            entered_ms=now,
        )
        # In a round's time a person may have retired it, or entered a newer version.
        if self._entries.swap(process.id, entry, process):
            done.entered.append(process.id)

    def _remove(self, entry: RoutedProcess, done: Round) -> None:
        if self._entries.swap(entry.id, entry, None):
            done.removed.append(entry.id)

    def _settled(self, entry: RoutedProcess) -> bool:
        return self._clock.time_ms() - entry.entered_ms >= SETTLE_MS

    def _scan(self, deployed: DeployedProcess, engine: SearchableEngine) -> Elements | None:
        """A version's inbound elements; None if it cannot be used. Raises EngineError."""
        if deployed.key not in self._scanned:
            try:
                self._scanned[deployed.key] = elements_of(read(engine.definition_xml(deployed.key)), deployed)
            except EngineNotFound:
                return None  # not there yet, or not any more: the next round knows
            except UnusableProcess as error:
                _LOG.error("%s", error)
                self._scanned[deployed.key] = None
            except BpmnError as error:
                _LOG.error("%s version %s: %s", deployed.process_definition_id, deployed.version, error)
                self._scanned[deployed.key] = None
        return self._scanned[deployed.key]
