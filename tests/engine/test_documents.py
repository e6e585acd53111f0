"""The document store over REST."""

import json
from pathlib import Path
from typing import Any

import pytest

from devkit.conformance.engine.http import Answer, Request, multipart, send
from devkit.engine import server
from devkit.engine.rest.documents import MAX_DOCUMENT_BYTES
from tests.engine.driver import Driver


def upload(address: str, content: str, query: str = "", **metadata: Any) -> Answer:
    parts: list[dict[str, str | None]] = [{"part": "file", "file": "a.txt", "data": content}]
    if metadata:
        parts.append({"part": "metadata", "data": json.dumps(metadata)})
    body, media_type = multipart(parts)
    return send(f"{address}/v2", Request("POST", f"/documents{query}", body, {"Content-Type": media_type}))


def test_a_document_comes_back_with_its_hash_and_can_be_deleted(engine: Driver) -> None:
    answer = upload(
        engine.running.address, "Zoë", fileName="b.txt", contentType="text/plain", customProperties={"n": 1}
    )
    assert answer.status == 201
    reference = answer.body
    identity = reference.pop("documentId")
    assert reference == {
        "camunda.document.type": "camunda",
        "storeId": "in-memory",
        "contentHash": "c6a12698582fc1104ea24107a2d7268145ff06ef859707729d01fd060897f067",
        "metadata": {
            "contentType": "text/plain",
            "fileName": "b.txt",
            "expiresAt": None,
            "size": 4,
            "processDefinitionId": None,
            "processInstanceKey": None,
            "customProperties": {"n": 1},
        },
    }
    path = f"/documents/{identity}"
    found = engine.request("GET", f"{path}?contentHash={reference['contentHash']}")
    assert (found.status, found.type, found.body) == (200, "text/plain", "Zoë")
    assert engine.request("GET", f"{path}?contentHash=other").status == 400
    assert engine.request("DELETE", path).status == 204
    assert engine.request("GET", path).status == 404
    assert engine.request("DELETE", path).status == 404


@pytest.mark.parametrize("written", ["", "tomorrow", "2031-01-02", "0001-01-01T00:00:00+14:00", 7])
def test_a_document_expires_at_a_date_or_is_refused(engine: Driver, written: object) -> None:
    address = engine.running.address
    shown = upload(address, "x", expiresAt="2031-01-02T03:04:05+01:00").body["metadata"]["expiresAt"]
    assert shown == "2031-01-02T02:04:05.000Z"
    refused = upload(address, "x", expiresAt=written)
    assert (refused.status, refused.body["detail"]) == (400, "Request property [metadata.expiresAt] cannot be parsed")


def test_a_document_is_not_read_without_its_hash(engine: Driver) -> None:
    identity = upload(engine.running.address, "x").body["documentId"]
    answer = engine.request("GET", f"/documents/{identity}")
    assert answer.status == 400
    assert answer.body["detail"] == f"No hash was given; give that of document with id '{identity}' as contentHash"


def test_an_id_is_taken_once_and_another_store_is_not_there(engine: Driver) -> None:
    address = engine.running.address
    assert upload(address, "x", "?documentId=mine").body["documentId"] == "mine"
    assert upload(address, "x", "?documentId=mine").status == 409
    assert upload(address, "x", "?storeId=aws").status == 400
    assert upload(address, "x", unknown=1).status == 400


def test_a_document_is_as_large_as_the_limit_and_no_larger(engine: Driver) -> None:
    room = MAX_DOCUMENT_BYTES - len(multipart([{"part": "file", "file": "a.txt", "data": ""}])[0])
    assert upload(engine.running.address, "x" * room).status == 201
    assert upload(engine.running.address, "x" * (room + 1)).status == 413


def test_a_document_is_there_for_the_next_engine(tmp_path: Path) -> None:
    with server.start(data=tmp_path / "state") as running:
        reference = upload(running.address, "kept").body
    with server.start(data=tmp_path / "state") as running:
        path = f"/documents/{reference['documentId']}?contentHash={reference['contentHash']}"
        assert Driver(running).request("GET", path).body == "kept"


def upload_batch(address: str, *names: str, metadata: Any = None) -> Answer:
    parts: list[dict[str, str | None]] = [{"part": "files", "file": name, "data": name} for name in names]
    if metadata is not None:
        parts.append({"part": "metadataList", "data": json.dumps(metadata)})
    body, media_type = multipart(parts)
    return send(f"{address}/v2", Request("POST", "/documents/batch", body, {"Content-Type": media_type}))


def test_documents_are_created_together(engine: Driver) -> None:
    answer = upload_batch(engine.running.address, "a.txt", "b.txt", metadata=[{"fileName": "c.txt"}, {}])
    assert (answer.status, answer.body["failedDocuments"]) == (201, [])
    created = answer.body["createdDocuments"]
    assert [document["metadata"]["fileName"] for document in created] == ["c.txt", "b.txt"]
    path = f"/documents/{created[1]['documentId']}?contentHash={created[1]['contentHash']}"
    assert engine.request("GET", path).body == "b.txt"


def test_a_batch_needs_files_and_as_much_metadata(engine: Driver) -> None:
    address = engine.running.address
    assert upload_batch(address, metadata=[]).status == 400
    assert upload_batch(address, "a.txt", metadata=[{}, {}]).status == 400
    assert upload_batch(address, "a.txt", metadata={}).status == 400
    assert upload_batch(address, "a.txt", metadata=[{"contentType": "text/plain\r\nX-Y: z"}]).status == 400


def test_the_store_in_the_engine_makes_no_links(engine: Driver) -> None:
    assert engine.request("POST", "/documents/any/links", {"timeToLive": 1}).body["detail"] == (
        "The in-memory document store does not support creating links"
    )
