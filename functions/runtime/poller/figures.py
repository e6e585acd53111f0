"""How a poller is doing: figures for each job type, told each minute and on request."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.runtime.poller.commands import Result
from functions.runtime.poller.finished import Finished

HEARTBEAT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one job type, since the poller began."""

    function: str
    activated: int
    completed: int
    failed: int
    """With an incident or without."""
    errors: int
    """BPMN errors, which a model may catch."""
    given_back: int
    late: int
    """Jobs whose command was answered 404 or 409: somebody else was first."""
    refused: int
    """Jobs whose command the engine never takes, nor the failure that was sent instead."""
    lost: int
    """Jobs whose command found no engine as long as they were locked: they are handed out again."""
    in_flight: int
    oldest_seconds: float
    """Since the oldest of those in flight came."""
    state: str
    """`polling`, `waiting` (the engine is busy, away or says no: the log has its words), `paused`, `missing` (its
    function is gone, or may not be invoked) or `stopped`.
    """


Tell = Callable[[Mapping[str, Figures]], None]
"""Called each minute and at the end, with the figures by job type."""


class Counts:
    """What became of jobs, by type; any number of threads may count."""

    def __init__(self) -> None:
        self._by_type: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._lock = threading.Lock()

    def add(self, finished: Finished) -> None:
        """One more job is done with."""
        with self._lock:
            ending = finished.outcome if finished.result is Result.TAKEN else finished.result.value
            self._by_type[finished.job.type][ending] += 1

    def of(self, job_type: str) -> Counter[str]:
        """By outcome; jobs whose command was not taken by what became of that."""
        with self._lock:
            return Counter(self._by_type.get(job_type, {}))

    def all(self) -> dict[str, int]:
        """The same for all types together."""
        with self._lock:
            return dict(sum(self._by_type.values(), Counter()))
