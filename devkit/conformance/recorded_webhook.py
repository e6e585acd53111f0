"""The pass-through connector with which webhook cases were recorded: what it binds, and how it fails on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector_sdk.errors import ConnectorError, ConnectorInputError, WebhookError
from connector_sdk.inbound.body import parsed
from connector_sdk.inbound.properties import Properties
from connector_sdk.inbound.request import FORM, WebhookRequest
from connector_sdk.inbound.webhook import WebhookResult, webhook_connector


@dataclass(frozen=True, slots=True)
class RecordedWebhook:
    """The test connector's properties. It bound them anew for each request, so a bad one fails the request."""

    properties: Properties
    method: str
    failure: list[str]
    wants_bytes: bool

    @classmethod
    def read(cls, properties: Properties) -> RecordedWebhook:
        failure = properties.text("fail")
        if failure == "activate":
            raise RuntimeError("activation fails as asked")
        return cls(
            properties=properties,
            method=properties.text("method") or "any",
            failure=failure.split("|", 2) if failure else [],
            wants_bytes=properties.text("body") == "bytes",
        )

    def bound(self) -> dict[str, Any]:
        """What `connectorData` shows. Raises what the readers of Properties raise."""
        values = {
            "echo": self.properties.value("echo"),
            "plain": self.properties.text("plain") or None,
            "list": self.properties.texts("list"),
            "number": self.properties.number("number"),
            "flag": self.properties.flag("flag"),
            "nested": self.properties.mapping("nested"),
        }
        return {name: value for name, value in values.items() if value is not None}


@webhook_connector(
    type="test:webhook:1",
    name="Recorded webhook",
    properties=RecordedWebhook.read,
    methods=lambda webhook: webhook.method,
    feel=frozenset({"echo", "list", "number", "flag", "nested"}),
)
def recorded_webhook(request: WebhookRequest, properties: RecordedWebhook) -> WebhookResult:
    """Fail as asked, else hand on the body: parsed, or its bytes as length and text."""
    if properties.failure:
        raise FAILURES.get(properties.failure[0], _boom)(properties.failure)
    if properties.wants_bytes and request.body:
        body: Any = {"length": len(request.body), "utf8": request.body.decode(errors="replace")}
    else:
        body = _parsed(request)
    return WebhookResult(body=body, connector_data=properties.bound())


def _boom(_: list[str]) -> Exception:
    return RuntimeError("boom")


def _parsed(request: WebhookRequest) -> Any:
    """Its own parsing was less forgiving than ours: no parameters behind a form's type, an error nobody foresaw."""
    if request.media_type == FORM and request.body and request.headers["content-type"] != FORM:
        raise RuntimeError("a form with parameters behind its type is read as JSON")
    try:
        return parsed(request)
    except WebhookError as error:
        raise RuntimeError("unreadable body") from error


FAILURES: dict[str, Callable[[list[str]], Exception]] = {
    "webhook": lambda asked: WebhookError(int(asked[1]), asked[2]),
    "security": lambda asked: WebhookError(int(asked[1]), f"Reason: {asked[2]}. Details: details"),
    "connector": lambda asked: ConnectorError(asked[1], asked[2]),
    "connectorNoCode": lambda asked: ConnectorError(None, asked[1]),
    "input": lambda asked: ConnectorInputError(asked[1]),
}
"""`inbound.fail` → what the connector raises; anything else is an error that nobody foresaw."""
