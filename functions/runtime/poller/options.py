"""How a poller asks for jobs, and what its jobs may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from connector_sdk.compatibility import Compatibility
from connector_sdk.job import Job
from functions.runtime.poller.answers_in_flight import ANSWER_BYTES_IN_FLIGHT
from functions.runtime.poller.room import BYTES_IN_FLIGHT, Room
from functions.runtime.poller.slots import LINGER_SECONDS, SLOTS_PER_TYPE, Slots

REQUEST_TIMEOUT_MS = 10_000
"""How long the engine keeps a poll open; a graceful stop waits for the open polls, at most this long."""

FLOOR = 8
"""Slots that a type owns where they are shared, and so can never be without."""

SecretNames = Callable[[Job], Sequence[str] | None]
"""The secrets that a job's own element spells; None where its BPMN is not known, so that all are allowed.

Raises NeverRan if that cannot be known now.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What has no default decides over security or over the rules that apply."""

    compatibility: Compatibility
    secret_names: SecretNames | None
    """Which secrets a job may use. None: no BPMN is looked at, so a placeholder that came in with data works too."""
    slots_per_type: int = SLOTS_PER_TYPE
    shared_slots: int | None = None
    """Of all types together, for a host that has not enough for each; None: every type has its own."""
    bytes_in_flight: int = BYTES_IN_FLIGHT
    """Of the variables of jobs."""
    answer_bytes_in_flight: int = ANSWER_BYTES_IN_FLIGHT
    batch_size: int = 1
    """Jobs of one invocation during a backlog, of a connector whose calls may be repeated."""
    linger_seconds: float = LINGER_SECONDS
    request_timeout_ms: int = REQUEST_TIMEOUT_MS
    worker_name: str = "connectors"
    cluster_id: str | None = None
    tenant_ids: tuple[str, ...] | None = None
    """None: those that the engine gives to this client."""

    def slots(self, types: int) -> Iterator[Slots]:
        """The slots of so many job types. Each owns FLOOR of those that they share, however many types there are."""
        shared = self.shared_slots
        room = Room(max(0, (shared or 0) - types * FLOOR), types, self.bytes_in_flight)
        floor = None if shared is None else FLOOR
        for _ in range(types):
            yield Slots(self.slots_per_type, self.linger_seconds, floor=floor, room=room)

    def names_for(self, job: Job) -> Sequence[str] | None:
        """The secrets that a job may use; None: all."""
        return None if self.secret_names is None else self.secret_names(job)
