"""What becomes of a response's body: the choice that Camunda's HTTP templates offer since 8.10."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any

from connector_sdk.binding import ConnectorModel
from connector_sdk.documents.document import OCTETS
from connector_sdk.http.response import Response
from connector_sdk.http.result import http_result, json_of, text_of
from connector_sdk.template import Equals, Property

WITHOUT_CONTENT = (204, 304)


class ReturnChoice(Enum):
    """What becomes of the response's body."""

    JSON = "JSON"
    TEXT = "TEXT"
    DOCUMENT = "DOCUMENT"


class DocumentReturnFormat(ConnectorModel):
    """The newest templates say what they expect (8.10); the older ones leave it to the body."""

    choice: Annotated[ReturnChoice | None, Property(label="Response format", default="JSON")] = None
    encoding: Annotated[str, Property(when=Equals("documentReturnFormat.choice", "TEXT"))] = "UTF-8"


def returned(
    response: Response,
    wanted: DocumentReturnFormat | None,
    create_document: Callable[[bytes, str], Any],
    *,
    store_response: bool,
    first_header_only: bool,
) -> dict[str, Any]:
    """The result in the chosen form; without a choice it is JSON if it is an object or a list, else text.

    `store_response` is the older way to ask for a document. Raises ConnectorError if the body is not what was chosen.
    """
    choice = wanted and wanted.choice
    match choice or (ReturnChoice.DOCUMENT if store_response else None):
        case ReturnChoice.DOCUMENT if response.status_code not in WITHOUT_CONTENT:
            document = create_document(response.content, response.headers.get("content-type") or OCTETS)
            return http_result(response, first_header_only=first_header_only, body=None, document=document)
        case ReturnChoice.JSON:
            return http_result(response, first_header_only=first_header_only, body=json_of(response))
        case ReturnChoice.TEXT if wanted is not None:
            text = text_of(response, wanted.encoding)
            return http_result(response, first_header_only=first_header_only, body=text)
        case _:
            return http_result(response, first_header_only=first_header_only)
