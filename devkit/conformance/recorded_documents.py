"""The document store that the recorded jobs had: two documents in it, and new ones named by their content."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from connector_sdk.errors import ConnectorError

SEEDED = {"seed-text": "seeded té".encode(), "seed-json": b'{"a": 1, "b": {"c": [true, null]}}'}


class RecordedDocuments:
    """A document store in memory."""

    def read(self, reference: Mapping[str, Any]) -> bytes:
        content = SEEDED.get(str(reference.get("documentId")))
        if content is None:
            raise ConnectorError(None, f"Failed to read document content: no document {reference.get('documentId')}")
        return content

    def create(self, content: bytes, content_type: str, file_name: str | None = None) -> dict[str, Any]:
        digest = sha256(content).hexdigest()
        metadata: dict[str, Any] = {"contentType": content_type, "size": len(content)}
        if file_name is not None:
            metadata["fileName"] = file_name
        return {
            "camunda.document.type": "camunda",
            "storeId": "in-memory",
            "documentId": f"doc-{digest[:12]}",
            "contentHash": digest,
            "metadata": metadata,
        }

    def link(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        return f"http://store.test/{reference.get('documentId')}?ttl={time_to_live_ms}"
