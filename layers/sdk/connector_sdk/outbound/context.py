"""What a connector's handler gets beside its model."""

from __future__ import annotations

from dataclasses import dataclass

from connector_sdk.clock import Clock
from connector_sdk.compatibility import Compatibility
from connector_sdk.documents.store import DocumentStore
from connector_sdk.http import HttpClient
from connector_sdk.job import Job
from connector_sdk.settings import Settings


@dataclass(frozen=True, slots=True)
class JobContext:
    """The job, and the means to do it."""

    job: Job
    http: HttpClient
    compatibility: Compatibility
    clock: Clock
    documents: DocumentStore
    """Where results that are too large for a process go."""
    settings: Settings
    """Of the function: its region and role, and the addresses that connectors may dial."""
