"""What of an event is not written down: the credentials that its sender showed to be let in."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.attempt import PARTS
from connector_sdk.inbound.multipart import Part
from connector_sdk.secrets import MASK, mask, mask_tree

CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "x-gitlab-token"})
"""Headers that are the credential itself. A signature is none: it is worth nothing for another body."""
SHORTEST_WORD = 8
"""`Bearer`, `dark` and their like are no secrets."""


def without_credentials(payload: Mapping[str, Any], key: str | None) -> dict[str, Any]:
    """The payload with `***` for credentials; `key` is the API key, wherever it stands.

    The rest of the body stays as it came: it is the event.
    """
    request = payload["request"]
    headers = {
        name: MASK if name.lower() in CREDENTIAL_HEADERS else _without(key, value)
        for name, value in request["headers"].items()
    }
    params = {name: _without(key, value) for name, value in request["params"].items()}
    kept = {**payload, "request": {**request, "headers": headers, "params": params}}
    if key:
        kept["request"]["body"] = mask_tree(request["body"], (key,))
        kept["connectorData"] = mask_tree(payload["connectorData"], (key,))
    if key and PARTS in payload:
        kept[PARTS] = [_part_without(key, part) for part in payload[PARTS]]
    return kept


def _without(key: str | None, value: Any) -> Any:
    return MASK if key and isinstance(value, str) and key in value else value


def _part_without(key: str, content: Mapping[str, Any]) -> dict[str, Any]:
    part = Part.from_json(content)
    return replace(part, content=part.content.replace(key.encode(), MASK.encode())).to_json()


def shown_credentials(headers: Mapping[str, str]) -> Iterator[str]:
    """What a sender's headers hold of credentials, in every form in which an expression can hand it on."""
    for name in CREDENTIAL_HEADERS & headers.keys():
        value = headers[name]
        words = [pair.partition("=")[2].strip() for pair in value.split(";")] if name == "cookie" else value.split()
        yield value
        yield from (word for word in words if len(word) >= SHORTEST_WORD)
        if value.lower().startswith("basic "):
            yield from _basic(value.split()[-1])


def _basic(credentials: str) -> Iterator[str]:
    """User and password together, and the password alone (RFC 7617)."""
    try:
        together = base64.b64decode(credentials, validate=True).decode()
    except ValueError:
        return
    yield together
    yield together.partition(":")[2]


def answer_without(answer: Answer, credentials: tuple[str, ...]) -> Answer:
    """The answer as it is written down, for repeats: `***` where a model's expression handed a credential back."""
    if not credentials or not (answer.body or answer.headers):
        return answer
    headers = {
        name: value if name.lower() == "content-type" else mask(value, credentials)
        for name, value in answer.headers.items()
    }
    return replace(answer, headers=headers, body=mask(answer.body.decode(), credentials).encode())
