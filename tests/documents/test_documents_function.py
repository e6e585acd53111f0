"""A connector's store and the documents function, with Lambda's limits between them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.bucket import Bucket
from connector_sdk.documents.exchange import MAX_INLINE_BYTES
from connector_sdk.documents.store import DocumentStore, documents_from
from connector_sdk.errors import ConnectorError, ConnectorInputError
from connector_sdk.settings import Settings
from functions.runtime.documents import app

LAMBDA_LIMIT = 6 * 1024 * 1024
KEY = re.compile(r"/payloads/documents/http-json/[0-9a-f]{32}")


LINK = {"operation": "link", "reference": {"documentId": "d"}, "timeToLive": 1}


class Kept:
    """A cluster's store."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}

    def read(self, reference: Mapping[str, Any]) -> bytes:
        try:
            return self.documents[reference["documentId"]]
        except KeyError:
            raise ConnectorError(None, "Failed to read the document: it is gone") from None

    def create(self, content: bytes, content_type: str, file_name: str | None = None) -> dict[str, Any]:
        name = f"d{len(self.documents)}"
        self.documents[name] = content
        return {"documentId": name, "metadata": {"contentType": content_type, "fileName": file_name}}

    def link(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        return f"https://store.test/{reference['documentId']}?ttl={time_to_live_ms}"


@dataclass
class Account:
    """Lambda with its limit for both directions, and S3, behind one address."""

    settings: Settings
    kept: Kept = field(default_factory=Kept)
    objects: dict[str, bytes] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    """Method and path of what was done in S3."""
    invoked: list[dict[str, Any]] = field(default_factory=list)
    dies: bool = False

    def invoke(self, request: Request) -> Response:
        body = request.get_data()
        if len(body) > LAMBDA_LIMIT:
            return Response('{"message": "too large"}', 413)
        self.invoked.append(json.loads(body))
        if self.dies:
            return Response('{"errorType": "Sandbox.Timedout"}', headers={"X-Amz-Function-Error": "Unhandled"})
        answer = json.dumps(app.handler(self.invoked[-1], None))
        assert len(answer) <= LAMBDA_LIMIT
        return Response(answer)

    def s3(self, request: Request) -> Response:
        self.used.append(f"{request.method} {request.path}")
        if request.method == "PUT":
            self.objects[request.path] = request.get_data()
        elif request.method == "DELETE":
            self.objects.pop(request.path, None)
            return Response(status=204)
        elif request.path not in self.objects:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        else:
            return Response(self.objects[request.path])
        return Response()


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """The function asks S3 while the connector waits for the function."""
    with HTTPServer(host="127.0.0.1", threaded=True) as running:
        yield running


@pytest.fixture
def account(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Account:
    settings = Settings.read(
        {
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": server.url_for(""),
            "CONNECTORS_DOCUMENTS": "arn:aws:lambda:eu-central-1:1:function:s-documents",
            "CONNECTORS_DOCUMENT_OBJECTS": "payloads/documents/http-json",
        }
    )
    account = Account(settings)
    stores = app.Stores(account.kept, Bucket(settings, "payloads"))
    monkeypatch.setattr(app, "stores", lambda: stores)
    server.expect_request(re.compile("/2015-03-31/functions/.*s-documents/invocations")).respond_with_handler(
        account.invoke
    )
    server.expect_request(re.compile("/payloads/.*")).respond_with_handler(account.s3)
    return account


@pytest.fixture
def store(account: Account) -> DocumentStore:
    return documents_from(account.settings)


def test_a_small_document_goes_there_and_back_inside_the_invocation(account: Account, store: DocumentStore) -> None:
    reference = store.create(b"\x00\xff", "application/pdf", "a.pdf")

    assert reference == {"documentId": "d0", "metadata": {"contentType": "application/pdf", "fileName": "a.pdf"}}
    assert store.read(reference) == b"\x00\xff"
    assert account.used == []


@pytest.mark.parametrize(
    ("size", "used"), [(MAX_INLINE_BYTES, []), (MAX_INLINE_BYTES + 1, ["PUT", "GET", "DELETE", "PUT", "GET", "DELETE"])]
)
def test_what_is_over_4_mb_goes_through_the_bucket_and_leaves_nothing_there(
    account: Account, store: DocumentStore, size: int, used: list[str]
) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    assert store.read(store.create(content, "text/plain")) == content
    assert [one.split()[0] for one in account.used] == used
    assert all(KEY.fullmatch(one.split()[1]) for one in account.used)
    assert account.objects == {}


def test_a_link_is_made_for_a_while(store: DocumentStore) -> None:
    assert store.link({"documentId": "d7"}, 5000) == "https://store.test/d7?ttl=5000"


def test_what_the_store_refuses_is_what_the_connector_says(store: DocumentStore) -> None:
    with pytest.raises(ConnectorError, match="it is gone") as raised:
        store.read({"documentId": "nope"})
    assert not isinstance(raised.value, ConnectorInputError)


def test_a_function_that_dies_leaves_nothing_in_the_bucket(account: Account, store: DocumentStore) -> None:
    account.dies = True

    with pytest.raises(ConnectorError, match=r"The documents function failed: Sandbox\.Timedout"):
        store.create(bytes(MAX_INLINE_BYTES + 1), "text/plain")
    assert account.objects == {}


@pytest.mark.parametrize(
    "event",
    [
        {"v": 1},
        {"v": 1, "operation": "delete"},
        {"v": 1, "operation": "create", "contentType": "text/plain", "object": "deliveries/3f/1"},
        {
            "v": 1,
            "operation": "read",
            "reference": {"documentId": "d0"},
            "object": "documents/../deliveries/" + "0" * 32,
        },
        {"v": 1, "operation": "read", "reference": {"documentId": "d0"}, "object": "documents/http-json/" + "0" * 31},
    ],
)
def test_the_function_touches_no_objects_but_those_of_documents(account: Account, event: dict[str, Any]) -> None:
    with pytest.raises(app.NoDocumentRequest):
        app.handler(event, None)
    assert account.used == []


@pytest.mark.parametrize("version", [0, 1, 2])
def test_the_releases_before_and_after_are_understood(account: Account, version: int) -> None:
    assert app.handler({"v": version, **LINK}, None) == {"url": "https://store.test/d?ttl=1"}


@pytest.mark.parametrize("version", [-1, 3, None, "1"])
def test_other_releases_are_told_what_to_deploy(account: Account, version: Any) -> None:
    answer = app.handler({"v": version, **LINK}, None)
    assert f"version {version!r} with the documents function, which knows 0 to 2: deploy both" in answer["error"]


def test_an_object_that_is_not_there_is_said(account: Account) -> None:
    key = "documents/http-json/" + "0" * 32
    event = {"v": 1, "operation": "create", "contentType": "text/plain", "object": key}

    assert "there is no object documents/http-json/0" in app.handler(event, None)["error"]
    assert account.kept.documents == {}


def test_without_credentials_a_connector_is_told_which_parameter_is_missing(
    monkeypatch: pytest.MonkeyPatch, account: Account
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(
        "os.environ",
        {
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "CAMUNDA_REST_ADDRESS": "https://engine.test",
            "CAMUNDA_AUTH_STRATEGY": "OAUTH",
            "CONNECTORS_DOCUMENT_OBJECTS": "payloads/documents",
        },
    )
    app.stores.cache_clear()

    answer = app.handler({"v": 1, **LINK}, None)
    assert "EngineDocumentsSecretArn" in answer["error"]
    app.stores.cache_clear()
