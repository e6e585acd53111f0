"""What `createDocument` makes of its argument."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connector_sdk.documents.created import created
from connector_sdk.documents.store import MissingStore
from connector_sdk.errors import ConnectorInputError


class Noting(MissingStore):
    """A store that says what it was given."""

    def create(self, content: bytes, content_type: str, file_name: str | None = None) -> dict[str, Any]:
        return {"content": content, "type": content_type, "name": file_name}


UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.parametrize(
    "value", ["YWI=", "YWI", " Y\r\nWI=\n", {"content": "YWI="}, {"content": None, "data": "YWI="}]
)
def test_a_text_in_base64_is_the_content_and_the_document_gets_a_name_of_its_own(value: Any) -> None:
    reference = created(value, Noting().create)
    assert (reference["content"], reference["type"]) == (b"ab", "application/octet-stream")
    assert UUID.fullmatch(reference["name"])


@pytest.mark.parametrize(
    ("members", "name", "content_type"),
    [
        ({"name": "a.pdf"}, "a.pdf", "application/pdf"),
        ({"name": " ", "fileName": "a.json"}, "a.json", "application/json"),
        ({"fileName": "a.json", "contentType": "text/x"}, "a.json", "text/x"),
        ({"name": "a", "contentType": 5}, "a", "application/octet-stream"),
    ],
)
def test_a_context_may_name_the_file_and_its_type(members: dict[str, Any], name: str, content_type: str) -> None:
    expected = {"content": b"", "type": content_type, "name": name}
    assert created({"data": "", **members}, Noting().create) == expected


@pytest.mark.parametrize(
    "value", [None, 5, True, [], ["YWI="], {}, {"name": "a"}, {"content": 5}, "x", "Y=", "Y€==", "a-_b"]
)
def test_what_holds_no_base64_is_a_fault_of_the_input(value: Any) -> None:
    with pytest.raises(ConnectorInputError, match="createDocument"):
        created(value, Noting().create)
