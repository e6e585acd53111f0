"""The cluster's document store, as connectors see it: they hold no engine credentials, so somebody else serves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from connector_sdk.errors import ConnectorInputError
from connector_sdk.settings import Settings


class DocumentStore(Protocol):
    """Content by reference. All methods raise ConnectorError if the store refuses or is away."""

    def read(self, reference: Mapping[str, Any]) -> bytes:
        """The content of a document."""
        ...

    def create(self, content: bytes, content_type: str, file_name: str | None = None) -> dict[str, Any]:
        """Keep a document; its reference, as the process will see it."""
        ...

    def link(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        """An address where anybody can read the document for a while."""
        ...


class MissingStore:
    """The store of a function that was given none."""

    def read(self, reference: Mapping[str, Any]) -> bytes:
        raise _missing()

    def create(self, content: bytes, content_type: str, file_name: str | None = None) -> dict[str, Any]:
        raise _missing()

    def link(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        raise _missing()


def documents_from(settings: Settings) -> DocumentStore:
    """The store that CONNECTORS_DOCUMENTS names. Raises SettingsError."""
    if not settings.documents_function:
        return MissingStore()
    from connector_sdk.documents.invoked import InvokedDocuments

    return InvokedDocuments(settings, settings.documents_function)


def _missing() -> ConnectorInputError:
    return ConnectorInputError(
        "This function has no way to the cluster's documents: CONNECTORS_DOCUMENTS names the function that serves them"
    )
