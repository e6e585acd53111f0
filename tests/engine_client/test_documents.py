"""Documents as an engine's REST API takes them: a file and its metadata."""

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.engine_client import EngineClient, EngineDocuments
from connector_sdk.errors import ConnectorError

REFERENCE = {"camunda.document.type": "camunda", "documentId": "d-1", "storeId": "s", "metadata": {"size": 3}}


@pytest.mark.parametrize(
    ("content_type", "file_name", "metadata"),
    [
        ("text/plain", 'a "b".txt', {"contentType": "text/plain", "fileName": 'a "b".txt', "customProperties": {}}),
        (None, None, {"customProperties": {}}),
    ],
)
def test_a_document_is_sent_with_what_is_known_of_it(
    httpserver: HTTPServer, content_type: str | None, file_name: str | None, metadata: dict[str, Any]
) -> None:
    seen: list[tuple[bytes, str | None, Any]] = []

    def take(request: Request) -> Response:
        file = request.files["file"]
        seen.append((file.read(), file.filename, json.loads(request.form["metadata"])))
        return Response(json.dumps(REFERENCE), 201, content_type="application/json")

    httpserver.expect_request("/v2/documents", method="POST").respond_with_handler(take)

    assert EngineClient(httpserver.url_for("")).create_document(b"\r\n-", content_type, file_name) == REFERENCE
    assert seen == [(b"\r\n-", file_name or "", metadata)]


def test_a_reference_of_8_6_is_named_as_later_engines_name_it(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/documents").respond_with_json({"documentType": "camunda", "documentId": "d"}, 201)

    created = EngineClient(httpserver.url_for("")).create_document(b"", None, None)
    assert created == {"camunda.document.type": "camunda", "documentId": "d"}


def test_a_document_is_read_by_its_id_store_and_hash(httpserver: HTTPServer) -> None:
    httpserver.expect_request(
        "/v2/documents/d/1", query_string={"storeId": "s", "contentHash": "h/"}
    ).respond_with_data(b"\xff")
    engine = EngineClient(httpserver.url_for(""))

    assert engine.read_document({"documentId": "d/1", "storeId": "s", "contentHash": "h/"}) == b"\xff"
    assert httpserver.log[0][0].headers["Accept"] == "*/*"


def test_a_document_is_linked_to_for_a_while(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/documents/d/links", method="POST", json={"timeToLive": 5000}).respond_with_json(
        {"url": "https://store.test/d"}, 201
    )

    assert EngineClient(httpserver.url_for("")).link_document({"documentId": "d"}, 5000) == "https://store.test/d"


def test_what_the_engine_refuses_fails_the_job_and_says_what_to_change(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v2/documents").respond_with_data(b"", 413)
    documents = EngineDocuments(lambda: EngineClient(httpserver.url_for("")))

    with pytest.raises(ConnectorError, match=r"413 .*; the document has 5 bytes: raise .*max-file-size") as raised:
        documents.create(b"12345", "text/plain")
    assert raised.value.code is None


def test_a_document_that_is_gone_fails_the_job(httpserver: HTTPServer) -> None:
    documents = EngineDocuments(lambda: EngineClient(httpserver.url_for("")))
    httpserver.expect_request("/v2/documents/d").respond_with_json({"title": "NOT_FOUND", "detail": "no d"}, 404)

    with pytest.raises(ConnectorError, match=r"Failed to read the document: .*no d"):
        documents.read({"documentId": "d"})
