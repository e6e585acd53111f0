"""What a connector works with, made once for a function and shared by all of its jobs."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.documents.store import DocumentStore, MissingStore, documents_from
from connector_sdk.http import HttpClient
from connector_sdk.secrets import SecretProvider, secrets_from
from connector_sdk.settings import Settings


@dataclass(frozen=True, slots=True, repr=False)
class Services:
    """Secrets, HTTP, documents, time, whose rules apply, and what else the environment says."""

    secrets: SecretProvider
    http: HttpClient
    compatibility: Compatibility
    clock: Clock
    documents: DocumentStore = field(default_factory=MissingStore)
    settings: Settings = field(default_factory=Settings.read)

    @classmethod
    def from_settings(
        cls,
        settings: Settings | None = None,
        secrets: SecretProvider | None = None,
        documents: DocumentStore | None = None,
    ) -> Services:
        """As the environment says. Raises SettingsError."""
        chosen = settings or Settings.read()
        clock = SystemClock()
        return cls(
            secrets or secrets_from(chosen),
            HttpClient.from_settings(chosen, clock),
            Compatibility.of(chosen.compatibility),
            clock,
            documents or documents_from(chosen),
            chosen,
        )
