"""The intrinsic functions of job variables: `{"camunda.function.type": "base64", "params": ["text"]}`.

| name       | parameters                          | result                                          |
|------------|-------------------------------------|-------------------------------------------------|
| base64     | document or text                    | text                                            |
| getText    | document, charset (UTF-8)           | text                                            |
| getJson    | document, FEEL expression           | the document as JSON, or what the expression says |
| createLink | document, ISO 8601 duration (PT1H)  | an address                                      |
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connector_sdk.documents.document import Document
from connector_sdk.errors import ConnectorError, ConnectorInputError, SdkError
from connector_sdk.expressions import evaluate
from connector_sdk.java_duration import milliseconds

Link = Callable[[Document, int], str]
Function = Callable[[Sequence[Any]], Any]
"""From the parameters to the result."""

LINK_LIFE_MS = 3_600_000


def call(name: str, parameters: Sequence[Any], link: Link, more: Mapping[str, Function]) -> Any:
    """The result of a function of the table above, or of `more`.

    Raises ConnectorInputError for an unknown name, wrong parameters or a failure; what a service or a store refuses
    or does not answer stays the ConnectorError that it is, for trying again may help.
    """
    if name not in more and name not in _FUNCTIONS:
        raise ConnectorInputError(f"No intrinsic function found with name: {name}")
    if not parameters:
        raise ConnectorInputError("Parameter at index 0 is required but not provided")
    try:
        return more[name](parameters) if name in more else _of_documents(name, parameters, link)
    except ConnectorError:
        raise
    except (SdkError, ValueError, LookupError) as error:
        raise ConnectorInputError(f"Failed to execute intrinsic function: {name}: {error}") from error


def _of_documents(name: str, parameters: Sequence[Any], link: Link) -> Any:
    return _FUNCTIONS[name](parameters[0], parameters[1] if len(parameters) > 1 else None, link)


def _base64(value: Any, _: Any, link: Link) -> str:
    if isinstance(value, Document):
        return value.base64
    if not isinstance(value, str):
        raise ValueError("it takes a document or a text")
    return b64encode(value.encode()).decode()


def _text(value: Any, charset: Any, link: Link) -> str:
    return _document(value).content.decode("utf-8" if charset is None else str(charset), "replace")


def _json(value: Any, expression: Any, link: Link) -> Any:
    content = json.loads(_document(value).content)
    if expression is None:
        return content
    return evaluate(str(expression), content if isinstance(content, dict) else {})


def _create_link(value: Any, life: Any, link: Link) -> str:
    document = _document(value)
    try:
        life_ms = LINK_LIFE_MS if life is None else milliseconds(str(life))
    except ValueError:
        raise ConnectorInputError(
            "Failed to convert parameter arg1 at index 1 to type class java.time.Duration"
        ) from None
    return link(document, life_ms)


def _document(value: Any) -> Document:
    if not isinstance(value, Document):
        raise ConnectorInputError("Failed to convert parameter arg0 at index 0 to type document")
    return value


_FUNCTIONS: dict[str, Callable[[Any, Any, Link], Any]] = {
    "base64": _base64,
    "getText": _text,
    "getJson": _json,
    "createLink": _create_link,
}
