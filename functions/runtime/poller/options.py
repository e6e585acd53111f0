"""How a poller asks for jobs, and what its jobs may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connector_sdk.compatibility import Compatibility
from connector_sdk.job import Job
from functions.runtime.poller.slots import LINGER_SECONDS, SLOTS_PER_TYPE, Slots

REQUEST_TIMEOUT_MS = 10_000
"""How long the engine keeps a poll open; a graceful stop waits for the open polls, at most this long."""

SecretNames = Callable[[Job], Sequence[str] | None]
"""The secrets that a job's own element spells; None where its BPMN is not known, so that all are allowed."""


@dataclass(frozen=True, slots=True)
class Options:
    """What has no default decides over security or over the rules that apply."""

    compatibility: Compatibility
    secret_names: SecretNames | None
    """Which secrets a job may use. None: no BPMN is known here, so a placeholder that came in with data works too."""
    slots_per_type: int = SLOTS_PER_TYPE
    linger_seconds: float = LINGER_SECONDS
    request_timeout_ms: int = REQUEST_TIMEOUT_MS
    worker_name: str = "connectors"
    cluster_id: str | None = None
    tenant_ids: tuple[str, ...] | None = None
    """None: those that the engine gives to this client."""

    def slots(self) -> Slots:
        """The slots of one job type."""
        return Slots(self.slots_per_type, self.linger_seconds)

    def names_for(self, job: Job) -> Sequence[str] | None:
        """The secrets that a job may use; None: all."""
        return None if self.secret_names is None else self.secret_names(job)
