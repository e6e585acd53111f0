"""Documents: created from a multipart form, read with their hash, deleted."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import documents
from devkit.engine.core import Core
from devkit.engine.records import Document
from devkit.engine.rest import bodies, forms
from devkit.engine.rest.items import moment
from devkit.engine.rest.problems import JsonResponse, Problem, bad_request, invalid
from devkit.engine.timing import parse_date

STORE = "in-memory"
"""What Camunda calls the store that keeps documents in the engine itself."""
MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
"""Of the whole request. SaaS takes 10 MB; elsewhere it is what spring.servlet.multipart.max-request-size says."""
ANY_TYPE = "application/octet-stream"


def _date(value: Any) -> str | None:
    """As answers show it."""
    return moment(parse_date(bodies.text(value)))


METADATA: bodies.Schema = {
    "contentType": bodies.text,
    "fileName": bodies.text,
    "expiresAt": _date,
    "size": bodies.int64,
    "processDefinitionId": bodies.text,
    "processInstanceKey": bodies.text,
    "customProperties": bodies.record,
}
LINK: bodies.Schema = {"timeToLive": bodies.int64}
_MEDIA_TYPE = re.compile(r"[!-~]+/[ -~]+")


async def create(request: Request) -> Response:
    """POST /documents: a `file` part, and perhaps `metadata` as JSON."""
    _require_store(request)
    try:
        parts = await forms.read(request, MAX_DOCUMENT_BYTES)
    except bodies.TooLarge:
        return Response(status_code=413)
    file = next((part for part in parts if part.name == "file" and part.file_name is not None), None)
    if file is None:
        raise bad_request("Required part 'file' is not present.")
    written = next((part.text for part in parts if part.name == "metadata"), "")
    metadata = _metadata(_json(written, {}))
    with request.app.state.engine.transaction() as core:
        reference = _create(core, file, metadata, request.query_params.get("documentId"))
    return JsonResponse(reference, 201)


async def create_batch(request: Request) -> Response:
    """POST /documents/batch: `files`, and perhaps `metadataList` with as many entries, as JSON. All of them or none."""
    _require_store(request)
    try:
        parts = await forms.read(request, MAX_DOCUMENT_BYTES)
    except bodies.TooLarge:
        return Response(status_code=413)
    files = [part for part in parts if part.name == "files" and part.file_name is not None]
    if not files:
        raise bad_request("Required part 'files' is not present.")
    written = next((part.text for part in parts if part.name == "metadataList"), "")
    listed = _json(written, [{}] * len(files))
    if not isinstance(listed, list) or len(listed) != len(files):
        raise invalid("The metadataList must have as many entries as there are files.")
    metadata = [_metadata(entry) for entry in listed]
    with request.app.state.engine.transaction() as core:
        created = [_create(core, file, said, None) for file, said in zip(files, metadata, strict=True)]
    return JsonResponse({"createdDocuments": created, "failedDocuments": []}, 201)


async def create_link(request: Request) -> Response:
    """POST /documents/{documentId}/links: a store that keeps documents in the engine has no address to link to."""
    _require_store(request)
    await bodies.read(request, LINK, optional=True)
    raise invalid("The in-memory document store does not support creating links")


def _require_store(request: Request) -> None:
    """There is one store, with or without its name. Raises Problem."""
    store = request.query_params.get("storeId", STORE)
    if store != STORE:
        raise invalid(f"Document store with id '{store}' does not exist")


def _json(written: str, absent: Any) -> Any:
    """A field of a form that holds JSON. Raises Problem."""
    try:
        return json.loads(written) if written else absent
    except (ValueError, RecursionError):
        raise bad_request("Failed to read request") from None


def _metadata(value: Any) -> dict[str, Any]:
    """What is said about a file. Raises Problem."""
    if not isinstance(value, dict):
        raise bad_request("Failed to read request")
    metadata = bodies.properties(value, METADATA, "metadata.")
    if _MEDIA_TYPE.fullmatch(metadata.get("contentType", ANY_TYPE)) is None:
        raise invalid(f"The content type '{metadata['contentType']}' is none")
    return metadata


def _create(core: Core, file: forms.Part, metadata: dict[str, Any], identity: str | None) -> dict[str, Any]:
    """Keep a file, and refer to it. Raises Rejection."""
    given = file.content_type or ""
    content_type = metadata.get("contentType") or (given if _MEDIA_TYPE.fullmatch(given) else ANY_TYPE)
    name = metadata.get("fileName") or file.file_name or ""
    document = documents.create(core, file.content, identity, content_type, name, metadata)
    return _reference(document, metadata.get("expiresAt"))


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
        if "contentHash" not in request.query_params:
            raise invalid(f"No hash was given; give that of document with id '{identity}' as contentHash")
        if request.query_params["contentHash"] != document.hash:
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
