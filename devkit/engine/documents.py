"""The document store: files by id, which variables refer to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from devkit.engine.core import Core
from devkit.engine.records import Document
from devkit.engine.rejection import Rejection


def create(
    core: Core, content: bytes, identity: str | None, content_type: str, file_name: str, metadata: Mapping[str, Any]
) -> Document:
    """Keep a file. Raises Rejection if the id is taken."""
    identity = identity or str(uuid4())
    if identity in core.state.document_keys:
        raise Rejection("CREATE", "ALREADY_EXISTS", f"Document with id {identity} already exists")
    document = Document(
        core.state.next_key(),
        identity,
        base64.b64encode(content).decode(),
        hashlib.sha256(content).hexdigest(),
        len(content),
        content_type,
        file_name,
        metadata.get("customProperties") or {},
        process_definition_id=metadata.get("processDefinitionId"),
        process_instance_key=metadata.get("processInstanceKey"),
    )
    core.state.documents[document.key] = document
    core.state.document_keys[identity] = document.key
    return document


def find(core: Core, identity: str) -> Document | None:
    """A document to read."""
    return core.state.documents.peek(core.state.document_keys.get(identity, 0))


def content_of(document: Document) -> bytes:
    """The file."""
    return base64.b64decode(document.content)


def delete(core: Core, identity: str) -> bool:
    """Forget a file; whether it was there."""
    key = core.state.document_keys.pop(identity, None)
    if key is None:
        return False
    del core.state.documents[key]
    return True
