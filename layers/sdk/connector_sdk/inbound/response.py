"""A model's own answer: the response expression, and the verification expression that answers handshakes."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.entities import codepoint2name
from typing import Any

from connector_sdk.expressions import ExpressionError, evaluate
from connector_sdk.inbound.answers import FAILED, FINAL_STATUSES, JSON, TEXT, Answer, failed_expression, json_bytes
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.secrets import mask

BODILESS = frozenset({204, 205, 304})
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""A token (RFC 9110, section 5.6.2)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LOWEST_STATUS, HIGHEST_STATUS = 100, 999
_LOG = logging.getLogger(__name__)


def answer_of(
    expression: str, context: Mapping[str, Any], rules: InboundRules, secrets: Sequence[str] = ()
) -> Answer | None:
    """Evaluate an expression that gives `{statusCode, headers, body}`; None if it gives null.

    A failing expression is 422 with the reason, a value of another shape 500 (Camunda's runtime 8.8.7), which only the
    log explains. `secrets` stand in the expression: a reason never shows them.
    """
    if not expression.startswith("="):
        _LOG.warning("a webhook's answer is 500: its expression does not begin with `=`")
        return FAILED
    try:
        value = evaluate(expression, context)
    except ExpressionError as error:
        return failed_expression(mask(error.expression, secrets), mask(error.reason, secrets))
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    try:
        return _answer(value, rules)
    except (TypeError, ValueError) as error:
        _LOG.warning("a webhook's answer is 500: %s; let its expression give {statusCode, headers, body}", error)
        return FAILED


def _answer(value: Any, rules: InboundRules) -> Answer:
    """Raises TypeError or ValueError if `value` is no answer."""
    if not isinstance(value, dict):
        raise TypeError("the value of its expression is no context")
    status = _status(value.get("statusCode"))
    headers = _headers(value.get("headers"))
    body = value.get("body")
    if body is None or status in BODILESS:
        return Answer(status, headers)
    media_type = next((headers[name] for name in headers if name.lower() == "content-type"), None)
    if media_type is not None and "/" not in media_type:
        raise ValueError("its content-type is no media type")
    if isinstance(body, str):
        plain = body if media_type and "xml" in media_type and not rules.escapes_xml else html_escaped(body)
        return Answer(status, _with_type(headers, media_type or TEXT), plain.encode(errors="replace"))
    if media_type is not None and "json" not in media_type:
        _LOG.warning("a webhook's answer is 500: its body is JSON and its content-type is not")
        return replace(FAILED, headers={"content-type": TEXT})
    return Answer(status, _with_type(headers, media_type or JSON), json_bytes(body))


def _status(value: Any) -> int:
    """A number, also as text; a fraction is cut off."""
    if value is None:
        return 200
    if isinstance(value, bool):
        raise TypeError("its statusCode is no number")
    try:
        status = int(value)
    except (TypeError, ValueError):
        raise TypeError("its statusCode is no number") from None
    if status not in FINAL_STATUSES:
        _LOG.warning("a webhook's status is %s, which HTTP does not have as an answer: senders get 500", status)
    if not LOWEST_STATUS <= status <= HIGHEST_STATUS:
        raise ValueError(f"its statusCode is not between {LOWEST_STATUS} and {HIGHEST_STATUS}")
    return status


def _headers(value: Any) -> dict[str, str]:
    """Header values from scalars; null and nameless ones are left out, and no value holds a line break."""
    if value is None:
        return {}
    if not isinstance(value, dict) or any(isinstance(one, dict | list) for one in value.values()):
        raise TypeError("its headers are no context of texts and numbers")
    given = {name: one for name, one in value.items() if name and one is not None}
    if not all(_HEADER_NAME.fullmatch(name) for name in given):
        raise ValueError("one of its headers has a name that HTTP does not allow")
    return {name: _CONTROL.sub(" ", one) if isinstance(one, str) else json.dumps(one) for name, one in given.items()}


def _with_type(headers: Mapping[str, str], media_type: str) -> dict[str, str]:
    return {
        **{name: value for name, value in headers.items() if name.lower() != "content-type"},
        "content-type": media_type,
    }


def html_escaped(text: str) -> str:
    """Named entities of HTML 4 for everything that has one: a sender's data never becomes markup."""
    return "".join(_ENTITIES.get(letter, letter) for letter in text)


_ENTITIES = {chr(code): f"&{name};" for code, name in codepoint2name.items()} | {"'": "&#39;"}
