"""What the sender of a webhook gets: one table from outcomes to HTTP answers.

    what happened                                        answer
    ──────────────────────────────────────────────────   ─────────────────────────────────────────────
    the engine has it                                     200, or what the response expression says
    the engine is away, busy, or out of time              202, or the expression with `correlation = null`
    the engine will never take it (stored as dead)        202
    a repeat of a published delivery                      the stored answer
    nobody wants it, and the model consumes it            200, or the expression with `correlation = null`
    nobody wants it                                       422 {"consumeUnmatched": false}
    several elements want it, or there is no key          422 {"message", "error"}
    an expression fails                                   422 {"reason", "expression"}
    ConnectorError                                        422 {"code", "message"}
    WebhookError (signature 401, method 405, size 413 …)  its status {"reason"}; above 499 nothing else
    no such path                                          404
    an event that API Gateway did not write (handler.py)  400 {"reason"}
    routes or credentials cannot be had (handler.py)      503, Retry-After
    more than fits (limits.py)                            413, 431; nested too deep: 400
    a part that is not built                              501 {"reason"}
    the sender waits for a result (synchronous.py)        404, 409, 422, 503 or 504 if there is none
    anything else                                         500

Camunda's runtime 8.8.7 differs where it would lose an event or leak the engine's state: engine trouble is 500 there,
a failing activation condition or result expression is 500, unknown methods and paths are 500.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from connector_sdk.errors import ConnectorError, ConnectorInputError, NotBuilt, WebhookError

JSON = "application/json"
TEXT = "text/plain;charset=UTF-8"
SET_COOKIE = "set-cookie"
"""The one header whose values cannot stand in one list."""
FINAL_STATUSES = range(200, 600)
ALLOWED_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    def to_json(self) -> dict[str, Any]:
        """As it is kept with its delivery."""
        return {"status": self.status, "headers": dict(self.headers), "body": self.body.decode()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Answer:
        return cls(content["status"], content["headers"], content["body"].encode())

    def fields(self) -> dict[str, list[str]]:
        """The values of each header: names that differ only in case are one."""
        found: dict[str, tuple[str, list[str]]] = {}
        for name, value in self.headers.items():
            found.setdefault(name.lower(), (name, []))[1].append(value)
        return dict(found.values())

    def to_event(self) -> dict[str, Any]:
        """As a Lambda function answers API Gateway: several values of a header are one list (RFC 9110, section 5.3).

        A status that ends no exchange (1xx, 600 and more: section 15) is sent as 500: Camunda's runtime puts up to 999
        on the wire, API Gateway and most senders take it for a broken answer.
        """
        fields = self.fields()
        cookies = [value for name in list(fields) if name.lower() == SET_COOKIE for value in fields.pop(name)]
        return {
            "statusCode": self.status if self.status in FINAL_STATUSES else FAILED.status,
            "headers": {name: ", ".join(values) for name, values in fields.items()},
            **({"cookies": cookies} if cookies else {}),
            "body": self.body.decode(),
            "isBase64Encoded": False,
        }


def of_json(status: int, content: Any) -> Answer:
    """A JSON answer."""
    return Answer(status, {"content-type": JSON}, json_bytes(content))


def json_bytes(content: Any) -> bytes:
    """JSON in UTF-8; half a surrogate pair becomes `?`, as in Java."""
    return json.dumps(content, ensure_ascii=False).encode(errors="replace")


OK = Answer(200)
ACCEPTED = Answer(202)
NOT_FOUND = Answer(404)
FAILED = Answer(500)
AWAY = Answer(503)
TIMED_OUT = Answer(504)
RETRY_AFTER = {"retry-after": "30"}
NOT_READY = Answer(503, RETRY_AFTER)
"""Routes or credentials cannot be had, so that nobody knows yet whether the path is known."""
UNREADABLE = of_json(
    400, {"reason": "The request cannot be read: this is no event of an HTTP API, payload version 2.0"}
)
IN_HAND = of_json(409, {"reason": "This event is being worked on: a repeat gets its answer once there is one"})
"""What the IETF's draft of the `Idempotency-Key` header (section 2.7) wants for a repeat of an unfinished request."""
STARTED_BEFORE = of_json(409, {"reason": "This event has started an instance already, whose result is not waited for"})
CONSUMED_BY_NOBODY = of_json(422, {"consumeUnmatched": False})
OPTIONS = Answer(200, {"allow": ",".join(ALLOWED_METHODS)})


def invalid_input(message: str) -> Answer:
    """The event is fine for nobody: several takers, or no correlation key."""
    return of_json(422, {"message": message, "error": None})


def failed_expression(expression: str, reason: str) -> Answer:
    """The model's expression failed for this event."""
    return of_json(422, {"reason": reason, "expression": expression})


def method_not_allowed(method: str) -> Answer:
    refused = of_json(405, {"reason": f"Method {method} not supported"})
    return Answer(405, {**refused.headers, "allow": ", ".join(ALLOWED_METHODS)}, refused.body)


def of_error(error: Exception) -> Answer:
    """The answer for what a connector raised; every other exception is 500 without a word."""
    match error:
        case WebhookError():
            return _refusal(error)
        case NotBuilt():
            return of_json(501, {"reason": str(error)})
        case ConnectorError() if not isinstance(error, ConnectorInputError):
            return of_json(422, {"code": error.code, "message": error.message})
    return FAILED


def _refusal(error: WebhookError) -> Answer:
    """Only what is the sender's to change is explained to the sender; a status that HTTP does not know is 500."""
    if error.status not in _KNOWN_STATUS:
        return FAILED
    explained = 400 <= error.status < 500 or error.status == HTTPStatus.NOT_IMPLEMENTED
    answer = of_json(error.status, {"reason": error.reason}) if explained else Answer(error.status)
    return replace(answer, headers={**answer.headers, **error.headers})


_KNOWN_STATUS = frozenset(HTTPStatus)
