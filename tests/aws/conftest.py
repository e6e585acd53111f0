from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.settings import Settings


@dataclass
class ScriptedAws:
    """A service that answers what it is told, in order; the last answer is repeated. It notes every operation."""

    settings: Settings
    answers: deque[tuple[int, Any]] = field(default_factory=deque)
    operations: list[tuple[str, Any]] = field(default_factory=list)

    def say(self, *answers: tuple[int, Any]) -> None:
        self.answers = deque(answers)

    def reply(self, request: Request) -> Response:
        self.operations.append((request.headers.get("X-Amz-Target", request.path), json.loads(request.data or b"null")))
        status, content = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        return Response(json.dumps(content), status, content_type="application/x-amz-json-1.1")


@pytest.fixture
def aws(httpserver: HTTPServer) -> ScriptedAws:
    settings = Settings.read(
        {
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": httpserver.url_for(""),
        }
    )
    scripted = ScriptedAws(settings)
    httpserver.expect_request("/").respond_with_handler(scripted.reply)
    return scripted
