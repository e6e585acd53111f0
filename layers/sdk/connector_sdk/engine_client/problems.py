"""An answer that is no success → the error tree, by status. Its body is problem details, Spring's shape or HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPMessage

from connector_sdk.errors import EngineBusy, EngineConflict, EngineError, EngineNotFound, EngineRejected

MAX_DETAIL_CHARACTERS = 2000

TIMED_OUT = 504
BUSY = frozenset({429, 503, TIMED_OUT})
"""The engine says RESOURCE_EXHAUSTED as 503, gateways before 8.7 as 429; 504 is DEADLINE_EXCEEDED."""
REJECTIONS: Mapping[int, type[EngineRejected]] = {404: EngineNotFound, 409: EngineConflict}


def engine_error(status: int, headers: HTTPMessage, body: bytes, request: str) -> EngineError:
    """Make the error for one answer. `request` says what was asked, such as `POST /jobs/activation`."""
    title, detail, problem = _problem(status, headers, body)
    if status in BUSY:
        message = f"the engine is busy, ask again later: {request} was answered {status} {title}: {detail}"
        return EngineBusy(message, timed_out=status == TIMED_OUT)
    return REJECTIONS.get(status, EngineRejected)(status, title, detail, request, problem=problem)


def _problem(status: int, headers: HTTPMessage, body: bytes) -> tuple[str, str, bool]:
    """Read title and detail: RFC 9457 (`title`, `detail`), Spring (`error`), OAuth (`error`, `error_description`).

    The third is whether it is the first: the engine's own word, and not that of a gateway or a token endpoint.
    """
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        return _phrase(status), f"{len(body)} bytes of {headers.get_content_type()}", False
    title = content.get("title") or content.get("error") or _phrase(status)
    detail = content.get("detail") or content.get("error_description") or content.get("message") or "no details given"
    return str(title), str(detail)[:MAX_DETAIL_CHARACTERS], "title" in content


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"
