from collections.abc import Mapping
from typing import Any

import pytest

from connector_sdk.compatibility import Compatibility
from connector_sdk.documents.document import Document
from connector_sdk.documents.intrinsic import LINK_LIFE_MS
from connector_sdk.documents.references import MAX_FUNCTIONS, Documents
from connector_sdk.documents.store import MissingStore
from connector_sdk.errors import ConnectorInputError

STORED = {"camunda.document.type": "camunda", "documentId": "d1", "metadata": {"fileName": "a.json"}}
EXTERNAL = {"camunda.document.type": "external", "url": "http://a.test/x", "name": "x.pdf"}


class OneDocument(MissingStore):
    """A store that holds `{"a": 1, "t": "té"}` under every id."""

    def read(self, reference: Mapping[str, Any]) -> bytes:
        return '{"a": 1, "t": "té"}'.encode()

    def link(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        return f"http://store.test/{reference['documentId']}?ttl={time_to_live_ms}"


def documents(version: str = "8.10") -> Documents:
    return Documents(OneDocument(), str.encode, Compatibility.of(version))


def function(name: str, *parameters: Any) -> dict[str, Any]:
    return {"camunda.function.type": name, "params": list(parameters)}


def result(name: str, *parameters: Any) -> Any:
    return documents().prepared({"in": [function(name, *parameters)]})["in"][0]


def test_a_stored_document_is_read_when_somebody_wants_it() -> None:
    document = documents().prepared({"f": STORED})["f"]
    assert isinstance(document, Document)
    assert (document.name, document.media_type) == ("a.json", "application/json")
    assert document.content == '{"a": 1, "t": "té"}'.encode()


def test_an_external_document_is_downloaded() -> None:
    document = documents().prepared(EXTERNAL)
    assert (document.content, document.media_type) == (b"http://a.test/x", "application/pdf")
    assert document.base64 == "aHR0cDovL2EudGVzdC94"


def test_an_inline_document_holds_its_content_since_8_10() -> None:
    inline = {"camunda.document.type": "inline", "content": {"b": 2}, "name": "b", "contentType": "text/x"}
    document = documents().prepared(inline)
    assert (document.content, document.media_type) == (b'{"b":2}', "text/x")
    with pytest.raises(ConnectorInputError, match="of the kind 'inline'"):
        documents("8.8").prepared(inline)


def test_another_kind_of_document_is_refused() -> None:
    with pytest.raises(ConnectorInputError, match="of the kind 'nope'"):
        documents().prepared({"camunda.document.type": "nope"})


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("base64", "é"), "w6k="),
        (("base64", "a", "more"), "YQ=="),
        (("base64", function("base64", "abc")), "WVdKag=="),
        (("base64", EXTERNAL), "aHR0cDovL2EudGVzdC94"),
        (("getText", STORED), '{"a": 1, "t": "té"}'),
        (("getText", STORED, "iso-8859-1"), '{"a": 1, "t": "tÃ©"}'),
        (("getJson", STORED), {"a": 1, "t": "té"}),
        (("getJson", STORED, "a + 1"), 2),
        (("getJson", STORED, "nope"), None),
        (("createLink", STORED), f"http://store.test/d1?ttl={LINK_LIFE_MS}"),
        (("createLink", STORED, "PT5M"), "http://store.test/d1?ttl=300000"),
    ],
)
def test_a_function_gives_its_result(call: tuple[Any, ...], expected: Any) -> None:
    assert result(*call) == expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("nope", "x"), "No intrinsic function found with name: nope"),
        (("base64",), "Parameter at index 0 is required"),
        (("base64", 5), "Failed to execute intrinsic function: base64"),
        (("base64", None), "Failed to execute intrinsic function: base64"),
        (("getText", "no document"), "to type document"),
        (("getText", STORED, "NOPE"), "Failed to execute intrinsic function: getText"),
        (("getJson", EXTERNAL), "Failed to execute intrinsic function: getJson"),
        (("getJson", STORED, "{"), "Failed to execute intrinsic function: getJson"),
        (("createLink", EXTERNAL), "Only a document in the cluster's store"),
        (("createLink", STORED, "bad"), "to type class java.time.Duration"),
    ],
)
def test_a_function_that_fails_is_a_fault_of_the_input(call: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ConnectorInputError, match=message):
        result(*call)


def test_parameters_have_to_be_a_list() -> None:
    with pytest.raises(ConnectorInputError, match="has no list of params"):
        documents().prepared({"camunda.function.type": "base64"})


def test_functions_take_no_external_documents_under_8_8() -> None:
    with pytest.raises(ConnectorInputError, match="external document"):
        documents("8.8").prepared(function("base64", EXTERNAL))


def test_a_job_may_call_so_many_functions_and_not_one_more() -> None:
    calls = [function("base64", "a")] * MAX_FUNCTIONS
    assert documents().prepared(calls) == ["YQ=="] * MAX_FUNCTIONS
    with pytest.raises(ConnectorInputError, match="limit exceeded"):
        documents().prepared([*calls, function("base64", "a")])


def test_a_function_without_a_store_says_what_is_missing() -> None:
    store = MissingStore()
    for use in (lambda: store.read(STORED), lambda: store.create(b"", "text/plain"), lambda: store.link(STORED, 1)):
        with pytest.raises(ConnectorInputError, match="CONNECTORS_DOCUMENTS"):
            use()
