"""Values as the JSON text that goes into a message or a body."""

from __future__ import annotations

import json
from typing import Any

from connector_sdk.documents.document import Document


def json_text(value: Any) -> str:
    """Compact JSON; a document inside of it is its content in base64. Raises ConnectorError if that cannot be had."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_document)


def message_text(value: Any) -> str:
    """A text as it is, everything else as JSON: what the connectors to queues and topics send."""
    return value if isinstance(value, str) else json_text(value)


def _document(value: Any) -> str:
    if isinstance(value, Document):
        return value.base64
    raise TypeError(f"{type(value).__name__} is no JSON")
