"""`createDocument(value)` in result and error expressions: part of a response becomes a document (8.10).

An expression creates nothing while it is evaluated. Its result says where documents are wanted, and they are created
once all of it is known.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from connector_sdk.errors import ConnectorInputError

NAME = "createDocument"
CreateDocument = Callable[[Any], dict[str, Any]]
"""From the function's argument to the reference of a new document."""
_MARK = f"{NAME} {secrets.token_hex(16)}"
"""Known to this process only: no service can have a document created by what it answers."""


def create_document(value: Any) -> dict[str, Any]:
    """The function: what it was given, marked."""
    return {_MARK: value}


def with_documents(value: Any, create: CreateDocument | None) -> Any:
    """The value with a document's reference for each call of the function.

    Raises ConnectorInputError if the whole value is one: variables have names. Raises what `create` raises.
    """
    if isinstance(value, dict) and _MARK in value:
        raise ConnectorInputError(f"{NAME} gives the value of a variable: write {{file: {NAME}(…)}}")
    return _created(value, create or _refused)


def _created(value: Any, create: CreateDocument) -> Any:
    if isinstance(value, dict):
        if _MARK in value:
            return create(value[_MARK])
        return {key: _created(member, create) for key, member in value.items()}
    return [_created(item, create) for item in value] if isinstance(value, list) else value


def _refused(value: Any) -> dict[str, Any]:
    raise ConnectorInputError(f"{NAME} cannot be used here: there is no document store")
