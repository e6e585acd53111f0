"""Slack's Web API: calls with a token, pages, and what Slack says when it does not do what it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from connector_sdk.errors import ConnectorError, ConnectorRetryError
from connector_sdk.http import HttpClient, Response, raise_for_status
from connector_sdk.http.body import FORM, MULTIPART

ADDRESS = "https://slack.com/api/"
JSON = "application/json; charset=utf-8"
PAGE = 100
MAX_PAGES = 200
"""Of a list in which a name is looked for."""
TOO_MANY = 429
REFUSED_TOKENS = ("account_inactive", "invalid_auth", "token_expired", "token_revoked")
"""Slack's words for a token that it knows no more; the status is 200."""


class SlackApi:
    """The API with one token. Every call raises ConnectorError with Slack's own word as its code, such as `not_authed`.

    Slack asking for a pause (429) is a ConnectorRetryError with that pause: it has done nothing.
    """

    def __init__(self, http: HttpClient, token: str) -> None:
        self._http = http
        self._authorization = f"Bearer {token}"

    def form(self, method: str, failed: str = "", **parameters: str | None) -> dict[str, Any]:
        """Call a method with a form, as Slack's SDK for Python calls it. `failed` goes before Slack's word."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return self._call(method, FORM, given, failed)

    def json(self, method: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method with JSON, which those with blocks take."""
        return self._call(method, JSON, dict(content), "")

    def pages(self, method: str, members: str, failed: str, **parameters: str) -> Iterator[Any]:
        """What a list holds, page by page."""
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            answer = self.form(method, failed, limit=str(PAGE), cursor=cursor, **parameters)
            yield from answer.get(members) or ()
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
        raise ConnectorError(
            None, f"{failed}Slack's list goes on after {MAX_PAGES} pages: give the id instead of the name"
        )

    def upload(self, address: str, content: Mapping[str, Any]) -> None:
        """Send a file where Slack wants it; the address is the permission."""
        raise_for_status(
            self._http.post(address, headers={"Content-Type": MULTIPART}, body=dict(content)), first_header_only=True
        )

    def _call(self, method: str, content_type: str, content: dict[str, Any], failed: str) -> dict[str, Any]:
        headers = {"Content-Type": content_type, "Authorization": self._authorization}
        response = self._http.post(ADDRESS + method, headers=headers, body=content)
        if response.status_code == TOO_MANY:
            raise ConnectorRetryError(
                f"Slack takes no more {method} for now", code="ratelimited", backoff=_pause(response)
            )
        raise_for_status(response, first_header_only=True)
        answer = _object(response)
        if answer.get("ok") is not True:
            raise _refusal(answer, failed)
        return answer


def _object(response: Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ConnectorError(None, "Slack's answer is no JSON object")
    return answer


def _refusal(answer: Mapping[str, Any], failed: str) -> ConnectorError:
    word = str(answer.get("error") or "Unknown error")
    details = answer.get("errors")
    message = f"{failed}{word}" + (f" caused by: {details}" if details else "")
    return ConnectorError(word, message, credentials_refused=word in REFUSED_TOKENS)


def _pause(response: Response) -> timedelta | None:
    seconds = response.headers.get("retry-after", "")
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
