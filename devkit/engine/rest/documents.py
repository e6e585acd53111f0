"""Documents: created from a multipart form, read with their hash, deleted."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import documents
from devkit.engine.records import Document
from devkit.engine.rest import bodies
from devkit.engine.rest.problems import JsonResponse, Problem, bad_request, invalid

STORE = "in-memory"
"""What Camunda calls the store that keeps documents in the engine itself."""
MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
ANY_TYPE = "application/octet-stream"
METADATA: bodies.Schema = {
    "contentType": bodies.text,
    "fileName": bodies.text,
    "expiresAt": bodies.text,
    "size": bodies.int64,
    "processDefinitionId": bodies.text,
    "processInstanceKey": bodies.text,
    "customProperties": bodies.record,
}


async def create(request: Request) -> Response:
    """POST /documents: a `file` part, and perhaps `metadata` as JSON."""
    _require_store(request)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(415)
    try:
        raw = await bodies.raw_body(request, MAX_DOCUMENT_BYTES)
    except bodies.TooLarge:
        return Response(status_code=413)
    file, metadata = await _parts(request, raw)
    content_type = metadata.get("contentType") or file.content_type
    name = metadata.get("fileName") or file.name
    with request.app.state.engine.transaction() as core:
        document = documents.create(
            core, file.content, request.query_params.get("documentId"), content_type, name, metadata
        )
    return JsonResponse(_reference(document, metadata.get("expiresAt")), 201)


def _require_store(request: Request) -> None:
    """There is one store. Raises Problem."""
    store = request.query_params.get("storeId", STORE)
    if store != STORE:
        raise invalid(f"Document store with id '{store}' does not exist")


@dataclass(frozen=True, slots=True)
class _File:
    """A part that is a file."""

    content: bytes
    content_type: str
    name: str


async def _parts(request: Request, raw: bytes) -> tuple[_File, dict[str, Any]]:
    """The file and its metadata. Raises Problem."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw

    try:
        form = await MultiPartParser(request.headers, stream(), max_part_size=MAX_DOCUMENT_BYTES).parse()
    except (MultiPartException, KeyError):
        raise bad_request("Failed to parse multipart servlet request") from None
    try:
        file, written = form.get("file"), form.get("metadata")
        if not isinstance(file, UploadFile):
            raise bad_request("Required part 'file' is not present.")
        if isinstance(written, UploadFile):
            written = (await written.read()).decode("utf-8", "replace")
        return _File(await file.read(), file.content_type or ANY_TYPE, file.filename or ""), _metadata(written)
    finally:
        await form.close()


def _metadata(written: str | None) -> dict[str, Any]:
    """What is said about the file. Raises Problem."""
    try:
        metadata = json.loads(written) if written else {}
    except ValueError:
        raise bad_request("Failed to read request") from None
    if not isinstance(metadata, dict):
        raise bad_request("Failed to read request")
    return bodies.properties(metadata, METADATA, "metadata.")


def _reference(document: Document, expires_at: str | None) -> dict[str, Any]:
    return {
        "camunda.document.type": "camunda",
        "storeId": STORE,
        "documentId": document.id,
        "contentHash": document.hash,
        "metadata": {
            "contentType": document.content_type,
            "fileName": document.file_name,
            "expiresAt": expires_at,
            "size": document.size,
            "processDefinitionId": document.process_definition_id,
            "processInstanceKey": document.process_instance_key,
            "customProperties": document.custom,
        },
    }


async def read(request: Request) -> Response:
    """GET /documents/{documentId}?contentHash=…: the file."""
    _require_store(request)
    identity = request.path_params["documentId"]
    with request.app.state.engine.reading() as core:
        document = documents.find(core, identity)
        if document is None:
            raise _absent(identity)
        if request.query_params.get("contentHash") != document.hash:
            raise invalid(f"The hash that was given is not that of document with id '{identity}'")
        return Response(documents.content_of(document), media_type=document.content_type)


async def delete(request: Request) -> Response:
    """DELETE /documents/{documentId}."""
    _require_store(request)
    identity = request.path_params["documentId"]
    with request.app.state.engine.transaction() as core:
        if not documents.delete(core, identity):
            raise _absent(identity)
    return Response(status_code=204)


def _absent(identity: str) -> Problem:
    return Problem(404, "NOT_FOUND", f"Document with id '{identity}' not found")
