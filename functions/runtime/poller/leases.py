"""Keeps the locks of running jobs alive, and knows what still runs here when the engine hands it out again."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from connector_sdk.clock import Clock
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineError, EngineNotFound
from connector_sdk.job import Job

log = logging.getLogger("connectors.poller")

LOCAL_WAIT_SECONDS = 5.0
"""How long an activated job may wait here before its function starts."""
MARGIN_SECONDS = 15.0
"""What a lock has beside local wait and function time-out, to bring the outcome home."""
CHECK_SECONDS = 5.0
"""How often locks are looked at; less than the margin, so that none is missed."""
EXTENSIONS = 8
"""Locks that are extended side by side."""
_ENCODER = json.JSONEncoder(ensure_ascii=False)
EXTENSION_SECONDS = 3.0
"""How long one extension may take: an engine that hangs must not make the other locks run out."""


def lock_seconds(function_timeout_seconds: float) -> float:
    """How long a job is locked when it is activated: local wait + function time-out + margin."""
    return LOCAL_WAIT_SECONDS + function_timeout_seconds + MARGIN_SECONDS


@dataclass(slots=True, eq=False)
class Lease:
    """One locked job. `until` is the monotonic time at which the engine may hand it out again."""

    job: Job
    seconds: float
    until: float
    extended: bool = True
    """False: the lock runs out at its time, whatever still runs."""
    size: int = 0
    """Bytes of the job's variables and headers as JSON; what else a job has is small."""
    answer: int = 0
    """Bytes of the function's answer, for which `Answers` keeps room."""
    since: float = 0.0
    """The monotonic time at which the job came: later than when it was asked for, from which its lock counts."""
    reporting: bool = False
    """The function is done with it: the engine may hand it out again as soon as it hears of that."""


class Leases:
    """The locked jobs of one poller; a thread of its own extends what runs longer than its function should."""

    def __init__(self, engine: EngineClient, clock: Clock) -> None:
        self._engine = engine.within(EXTENSION_SECONDS)
        self._clock = clock
        self._leases: set[Lease] = set()
        self._latest: dict[str, Lease] = {}
        self._lock = threading.Lock()

    def begin(self, job: Job, seconds: float, since: float) -> Lease:
        """Note a job that was locked for `seconds` at the monotonic time `since` or later."""
        lease = Lease(job, seconds, since + seconds, size=_size(job), since=self._clock.monotonic())
        with self._lock:
            self._leases.add(lease)
            self._latest[job.key] = lease
        return lease

    def still_runs(self, job: Job, seconds: float, since: float) -> bool:
        """Whether a job that was handed out is one that runs here, with a lock that ran out; it then has this lock."""
        with self._lock:
            lease = self._latest.get(job.key)
            if lease is None or lease.reporting:
                return False
            lease.until = since + seconds
            lease.job = replace(lease.job, lease_token=job.lease_token)
            return True

    def end(self, lease: Lease) -> None:
        """The job is done with."""
        with self._lock:
            self._leases.discard(lease)
            if self._latest.get(lease.job.key) is lease:
                del self._latest[lease.job.key]

    def oldest(self) -> Mapping[str, float]:
        """By job type, how many seconds ago its oldest running job came."""
        now = self._clock.monotonic()
        with self._lock:
            leases = sorted(self._leases, key=lambda lease: lease.since, reverse=True)
        return {lease.job.type: now - lease.since for lease in leases}

    def extend_due(self) -> None:
        """Extend every lock that ends within the margin, by its whole length from now."""
        now = self._clock.monotonic()
        with self._lock:
            due = [lease for lease in self._leases if lease.extended and lease.until - now <= MARGIN_SECONDS]
        if due:
            with ThreadPoolExecutor(min(len(due), EXTENSIONS), thread_name_prefix="lease") as threads:
                list(threads.map(self._extend, due))

    def run(self, stopped: threading.Event) -> None:
        """Look after the locks until stopped."""
        while not self._clock.wait(stopped, CHECK_SECONDS):
            try:
                self.extend_due()
            except Exception:
                log.exception("locks could not be looked after: a fault in the poller")

    def _extend(self, lease: Lease) -> None:
        now = self._clock.monotonic()
        try:
            self._engine.update_job(
                lease.job.key, timeout_ms=int(lease.seconds * 1000), lease_token=lease.job.lease_token
            )
        except EngineError as error:
            if isinstance(error, EngineNotFound) and error.problem:
                self.end(lease)  # done by somebody else, or cancelled; the function's outcome will hear the same
                return
            log.warning("job %s still runs and its lock could not be extended: %s", lease.job.key, error)
        except Exception:
            log.exception("job %s still runs and its lock could not be extended: a fault in the poller", lease.job.key)
        else:
            lease.until = now + lease.seconds


def _size(job: Job) -> int:
    try:
        return len(_ENCODER.encode((job.variables, job.custom_headers)).encode(errors="replace"))
    except RecursionError:
        return 0  # nested too deeply for JSON; whoever hands it on says so
