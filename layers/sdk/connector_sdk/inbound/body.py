"""What expressions see of a request: its body parsed, its fields, its headers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.limits import MAX_JSON_DEPTH, is_deeper
from connector_sdk.inbound.multipart import Part, is_multipart
from connector_sdk.inbound.request import FORM, WebhookRequest, decoded_pairs, encoded_pairs, first_values

FORM_METHODS = frozenset({"POST", "PUT", "DELETE"})
"""Methods whose form fields Camunda's runtime adds to `request.params`; for POST only if there is no query."""


def with_form_fields(request: WebhookRequest, parts: Sequence[Part], *, container: bool) -> WebhookRequest:
    """The request as the connector gets it: fields of a form are in `params`, too. A multipart body is its `parts`.

    `container`: as the servlet container in Camunda's runtime 8.8.7 hands it on, with a form that it has decoded and
    encoded again, and no body at all for PUT and DELETE. Signatures are made over the bytes before this.
    """
    if is_multipart(request):
        fields = ((part.name, part.content.decode(errors="replace")) for part in parts if part.file_name is None)
        return replace(request, params=first_values([*request.params.items(), *fields]), body=b"")
    if request.media_type != FORM or request.method not in FORM_METHODS:
        return request
    if request.method == "POST" and request.query:
        return request
    pairs = decoded_pairs(request.body.decode(errors="replace"))
    params = first_values([*request.params.items(), *pairs])
    if not container:
        return replace(request, params=params)
    return replace(request, params=params, body=encoded_pairs(pairs).encode() if request.method == "POST" else b"")


def parsed(request: WebhookRequest) -> Any:
    """The body by its content type: a form's fields, XML as text, else JSON; no body and null are `{}`.

    Raises WebhookError (400) for a body that is none of these.
    """
    media_type = request.media_type.lower()
    if not request.body:
        return {}
    if media_type == FORM:
        return first_values(decoded_pairs(request.body.decode(errors="replace")))
    if "application/xml" in media_type or "text/xml" in media_type:
        return request.body.decode(errors="replace")
    return parsed_json(request.body)


def payload_of(request: WebhookRequest, body: Any, connector_data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The context of every expression of a webhook (Camunda's names)."""
    return {
        "request": {"body": body, "headers": dict(request.headers), "params": dict(request.params)},
        "connectorData": dict(connector_data or {}),
        "documents": [],
    }


def parsed_json(body: bytes) -> Any:
    """JSON; null is `{}`. Raises WebhookError (400) for what is none, or is nested more than MAX_JSON_DEPTH times."""
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_float=_finite, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise WebhookError(400, "The body is neither JSON nor anything else that its Content-Type says") from None
    # Counting brackets is an upper bound, and all that most bodies need.
    if body.count(b"[") + body.count(b"{") > MAX_JSON_DEPTH and is_deeper(found, MAX_JSON_DEPTH):
        raise WebhookError(400, f"The body is nested more than {MAX_JSON_DEPTH} times")
    return {} if found is None else found


def _finite(text: str) -> float | str:
    """A double; what is too large for one becomes a text, as JSON has no infinity."""
    number = float(text)
    return number if math.isfinite(number) else "Infinity" if number > 0 else "-Infinity"


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
