"""How the API says no: problem details (RFC 9457) with Camunda's titles and texts."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine.rejection import Rejection

STATUS = {"INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "ALREADY_EXISTS": 409, "INVALID_STATE": 409}
"""HTTP statuses of the engine's rejection codes."""


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail


def bad_request(detail: str) -> Problem:
    """The request cannot be read; the title is Spring's."""
    return Problem(400, "Bad Request", detail)


def invalid(detail: str) -> Problem:
    """The request can be read, but not be meant."""
    return Problem(400, "INVALID_ARGUMENT", detail)


def of_rejection(rejection: Rejection) -> Problem:
    """The engine's own no."""
    return Problem(STATUS[rejection.code], rejection.code, str(rejection))


class JsonResponse(Response):
    """JSON as compact as it gets."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


class ProblemResponse(JsonResponse):
    media_type = "application/problem+json"


def answer(request: Request, problem: Problem) -> Response:
    """A problem as an answer."""
    return ProblemResponse(
        {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "instance": request.url.path,
        },
        problem.status,
    )
