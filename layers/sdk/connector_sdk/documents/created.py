"""What `createDocument(value)` makes of its argument: a text in base64, or a context that holds one."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from connector_sdk.documents.document import media_type
from connector_sdk.errors import ConnectorInputError

Create = Callable[[bytes, str, str | None], dict[str, Any]]
"""From content, type and name to a reference: `DocumentStore.create`."""
CONTENT = ("content", "data")
FILE_NAME = ("name", "fileName")
_BLANKS = re.compile(r"[ \t\n\v\f\r]+")


def created(value: Any, create: Create) -> dict[str, Any]:
    """The reference of a new document; without a name it gets one of its own, as in Camunda's connector runtime 8.10.

    Raises ConnectorInputError for an argument that holds no base64, and what `create` raises.
    """
    members: Mapping[str, Any] = value if isinstance(value, dict) else {"content": value}
    encoded = next((members[name] for name in CONTENT if isinstance(members.get(name), str)), None)
    if encoded is None:
        raise ConnectorInputError(
            "createDocument wants a text in base64, or a context with one as `content` or `data`, "
            "and perhaps `name` and `contentType`"
        )
    name = _text(members, *FILE_NAME) or str(uuid4())
    return create(_decoded(encoded), _text(members, "contentType") or media_type(name), name)


def _decoded(encoded: str) -> bytes:
    """Line ends and blanks do not count, and the padding may be missing."""
    text = _BLANKS.sub("", encoded)
    padding = "" if text.endswith("=") else "=" * (-len(text) % 4)
    try:
        return b64decode(text + padding, validate=True)
    except ValueError as error:
        raise ConnectorInputError(f"createDocument's content is no base64: {error}") from error


def _text(members: Mapping[str, Any], *names: str) -> str | None:
    found = (members.get(name) for name in names)
    return next((one for one in found if isinstance(one, str) and one.strip()), None)
