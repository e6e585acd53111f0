"""Finding document references and intrinsic functions in values, and putting in their place what they stand for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from connector_sdk.compatibility import Compatibility
from connector_sdk.documents.document import Document
from connector_sdk.documents.intrinsic import Function, call
from connector_sdk.documents.store import DocumentStore
from connector_sdk.errors import ConnectorInputError

DOCUMENT = "camunda.document.type"
FUNCTION = "camunda.function.type"
MAX_FUNCTIONS = 10
"""Intrinsic functions in one job's variables; the eleventh is refused."""


def is_reference(value: Any) -> bool:
    """Whether a value stands for a document or the result of a function."""
    return isinstance(value, dict) and (DOCUMENT in value or FUNCTION in value)


class Documents:
    """The references of one job. `download` reads the address of an external document.

    `functions` are intrinsic functions beside those that take documents.
    """

    def __init__(
        self,
        store: DocumentStore,
        download: Callable[[str], bytes],
        compatibility: Compatibility,
        functions: Mapping[str, Function] | None = None,
    ) -> None:
        self._store = store
        self._download = download
        self._rules = compatibility
        self._functions = functions or {}
        self._links: dict[int, Mapping[str, Any]] = {}
        self._calls = 0

    def prepared(self, value: Any) -> Any:
        """The value with a Document, or a function's result, for each reference at any depth.

        Raises ConnectorInputError for a reference that cannot be understood or a function that fails.
        """
        if isinstance(value, dict):
            if FUNCTION in value:
                return self._function(value)
            if DOCUMENT in value:
                return self._document(value)
            return {key: self.prepared(member) for key, member in value.items()}
        return [self.prepared(item) for item in value] if isinstance(value, list) else value

    def _document(self, reference: Mapping[str, Any]) -> Document:
        kind = reference[DOCUMENT]
        if kind == "camunda":
            metadata = reference.get("metadata") or {}
            document = Document(
                lambda: self._store.read(reference), metadata.get("fileName"), metadata.get("contentType")
            )
            self._links[id(document)] = reference
            return document
        if kind == "external":
            url = str(reference.get("url"))
            return Document(lambda: self._download(url), reference.get("name"), is_external=True)
        if kind == "inline" and self._rules.inline_documents:
            content = reference.get("content")
            text = content if isinstance(content, str) else json.dumps(content, separators=(",", ":"))
            return Document(lambda: text.encode(), reference.get("name"), reference.get("contentType"))
        raise ConnectorInputError(f"There are no documents of the kind {kind!r}")

    def _function(self, value: Mapping[str, Any]) -> Any:
        self._calls += 1
        if self._calls > MAX_FUNCTIONS:
            raise ConnectorInputError("Intrinsic function limit exceeded")
        parameters = value.get("params")
        if not isinstance(parameters, list):
            raise ConnectorInputError(f"The intrinsic function {value[FUNCTION]} has no list of params")
        prepared = [self.prepared(parameter) for parameter in parameters]
        refused = not self._rules.external_documents_in_functions
        if refused and any(isinstance(one, Document) and one.is_external for one in prepared):
            raise ConnectorInputError("Failed to convert parameter arg0 at index 0: it is an external document")
        return call(str(value[FUNCTION]), prepared, self._link, self._functions)

    def _link(self, document: Document, life_ms: int) -> str:
        reference = self._links.get(id(document))
        if reference is None:
            raise ConnectorInputError("Only a document in the cluster's store can be linked to")
        return self._store.link(reference, life_ms)
