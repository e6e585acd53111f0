"""A document store in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class KeptDocuments:
    """What connectors put into the store, by the id that their references have."""

    contents: dict[str, bytes] = field(default_factory=dict)

    def read(self, reference: Mapping[str, Any]) -> bytes:
        return self.contents[str(reference["documentId"])]

    def create(self, content: bytes, content_type: str, file_name: str | None = None) -> dict[str, Any]:
        number = f"d-{len(self.contents) + 1}"
        self.contents[number] = content
        metadata = {"contentType": content_type, "fileName": file_name, "size": len(content)}
        return {"camunda.document.type": "camunda", "storeId": "tests", "documentId": number, "metadata": metadata}

    def link(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        raise NotImplementedError
