"""Slack on this machine: it answers as the Web API does, and notes what it is asked.

It knows nothing about Slack beyond the documented answers. Whether the requests are right is judged by those of
Slack's own SDK for Python, which sends the same to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.outbound import Services
from devkit.testing import services_for
from tests.connectors.elsewhere import http_with

TOKEN = "xoxb-token"
USERS = {"Jane Doe": ("U1", "jane@example.com"), "Max Muster": ("U2", "max@example.com")}
CHANNELS = {"random": "C1", "ops": "C2"}
POSTED = {"type": "message", "team": "T1", "user": "U9", "ts": "1.5", "app_id": "A1", "bot_id": "B1", "extra": True}


@dataclass(frozen=True)
class Asked:
    """One call of a method."""

    method: str
    content_type: str
    token: str
    content: Mapping[str, Any]


@dataclass
class Slack:
    """The API of one workspace; `refuse` names an error for a method."""

    server: HTTPServer
    refuse: dict[str, str] = field(default_factory=dict)
    busy_seconds: int = 0
    unknown_token: str = "invalid_auth"
    users: list[tuple[str, str]] = field(default_factory=lambda: [(name, user) for name, (user, _) in USERS.items()])
    """Full names, which several may have, and ids."""
    asked: list[Asked] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)

    def start(self) -> None:
        self.server.expect_request("/upload").respond_with_handler(self._upload)
        self.server.expect_request("/document").respond_with_data(b"from outside")
        for method in ANSWERS:
            self.server.expect_request(f"/api/{method}", "POST").respond_with_handler(self._answer)

    @property
    def address(self) -> str:
        return self.server.url_for("/api/")

    @property
    def services(self) -> Services:
        """Those of a function for which slack.com is here."""
        return replace(services_for({"TOKEN": TOKEN}), http=http_with("slack.com", self.server.url_for("/")))

    def _answer(self, request: Request) -> Response:
        method = request.path.rpartition("/")[2]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        kind = request.headers["Content-Type"].partition(";")[0]
        body = request.get_data().decode()
        content = json.loads(body) if kind == "application/json" else dict(parse_qsl(body))
        if "files" in content:  # JSON in a form, with blanks or without
            content["files"] = json.loads(content["files"])
        self.asked.append(Asked(method, kind, token, content))
        if self.busy_seconds:
            return Response("", 429, {"Retry-After": str(self.busy_seconds)})
        if token != TOKEN:
            return _said({"ok": False, "error": self.unknown_token})
        if method in self.refuse:
            return _said({"ok": False, "error": self.refuse[method]})
        return _said({"ok": True, **ANSWERS[method](content, self)})

    def _upload(self, request: Request) -> Response:
        self.files += [one.read() for one in request.files.values()]
        return Response("OK")


def _said(content: Mapping[str, Any]) -> Response:
    return Response(json.dumps(content), content_type="application/json; charset=utf-8")


def _page(members: str, every: list[dict[str, Any]], content: Mapping[str, Any]) -> dict[str, Any]:
    """One a page, so that whoever looks for the second has to turn it."""
    place = int(content.get("cursor") or 0)
    following = str(place + 1) if place + 1 < len(every) else ""
    return {members: every[place : place + 1], "response_metadata": {"next_cursor": following}}


def _by_e_mail(content: Mapping[str, Any], _: Slack) -> dict[str, Any]:
    found = [user for user, address in USERS.values() if address == content["email"]]
    return {"user": {"id": found[0]}} if found else {"ok": False, "error": "users_not_found"}


def _channel(content: Mapping[str, Any]) -> dict[str, Any]:
    names = {number: name for name, number in CHANNELS.items()}
    return {"channel": {"id": content["channel"], "name": names[content["channel"]], "is_channel": True}}


ANSWERS: Mapping[str, Any] = {
    "chat.postMessage": lambda asked, _: {
        "ts": "1.5",
        "channel": asked["channel"],
        "message": {**POSTED, "text": asked.get("text", "")},
    },
    "conversations.create": lambda asked, _: {"channel": {"id": "C7", "name": asked["name"], "is_channel": True}},
    "conversations.invite": lambda asked, _: _channel(asked),
    "conversations.list": lambda asked, _: _page(
        "channels", [{"id": number, "name": name} for name, number in CHANNELS.items()], asked
    ),
    "reactions.add": lambda *_: {},
    "pins.add": lambda *_: {},
    "pins.remove": lambda *_: {},
    "users.list": lambda asked, slack: _page(
        "members", [{"id": user, "real_name": name} for name, user in slack.users], asked
    ),
    "users.lookupByEmail": _by_e_mail,
    "files.getUploadURLExternal": lambda _, slack: {"upload_url": slack.server.url_for("/upload"), "file_id": "F1"},
    "files.completeUploadExternal": lambda asked, _: {"files": asked["files"]},
}
"""What a method answers beside `ok`."""
