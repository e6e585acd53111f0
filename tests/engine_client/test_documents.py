"""Documents as an engine's REST API takes them: a file and its metadata."""

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.engine_client import EngineClient

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
        # A part without a file name is a field for this server.
        file = request.files.get("file")
        content = file.read() if file else request.form["file"].encode()
        seen.append((content, file.filename if file else None, json.loads(request.form["metadata"])))
        return Response(json.dumps(REFERENCE), 201, content_type="application/json")

    httpserver.expect_request("/v2/documents", method="POST").respond_with_handler(take)

    assert EngineClient(httpserver.url_for("")).create_document(b"\r\n-", content_type, file_name) == REFERENCE
    assert seen == [(b"\r\n-", file_name, metadata)]
