"""The document store of whoever holds credentials: the engine's document API, with errors as connectors have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connector_sdk.engine_client.client import EngineClient
from connector_sdk.errors import ConnectorError, EngineError, EngineRejected

TOO_LARGE = 413


class EngineDocuments:
    """A `connector_sdk.documents.DocumentStore`; threads may share it."""

    def __init__(self, engine: Callable[[], EngineClient]) -> None:
        """`engine` gives the client of now, such as `CurrentEngine.client`."""
        self._engine = engine

    def read(self, reference: Mapping[str, Any]) -> bytes:
        with _failing("read"):
            return self._engine().read_document(reference)

    def create(self, content: bytes, content_type: str, file_name: str | None = None) -> dict[str, Any]:
        with _failing("create", len(content)):
            return self._engine().create_document(content, content_type, file_name)

    def link(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        with _failing("link"):
            return self._engine().link_document(reference, time_to_live_ms)


@contextmanager
def _failing(operation: str, size: int = 0) -> Iterator[None]:
    """Raise ConnectorError for whatever the engine does not do: the job is tried again."""
    try:
        yield
    except EngineError as error:
        hint = ""
        if isinstance(error, EngineRejected) and error.status == TOO_LARGE:
            hint = (
                f"; the document has {size} bytes: raise the engine's spring.servlet.multipart.max-file-size and "
                "max-request-size (SaaS takes 10 MB, the development engine 32 MB)"
            )
        raise ConnectorError(None, f"Failed to {operation} the document: {error}{hint}") from error
