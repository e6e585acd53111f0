"""`createDocument` in a webhook's result expression."""

from __future__ import annotations

from typing import Any

from connector_sdk.errors import EngineBusy
from connector_sdk.expressions import CreateDocument
from connector_sdk.inbound.correlation import InboundEngine

OUT_OF_TIME = "out of time before the engine was asked"


def creating(engine: InboundEngine | None) -> CreateDocument:
    """How an expression's documents are created. Raises EngineError; without an engine there is no time for it."""

    def create(value: Any) -> dict[str, Any]:
        # Only events whose expression calls the function pay for it: 7 ms of a cold start.
        from connector_sdk.documents.created import created

        if engine is None:
            raise EngineBusy(OUT_OF_TIME)
        return created(value, engine.create_document)

    return create
