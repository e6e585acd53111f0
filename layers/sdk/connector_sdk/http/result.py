"""From an HTTP response to a connector's result (status, headers, body, reason), or to the error that it is."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from connector_sdk.errors import ConnectorError, ConnectorInputError
from connector_sdk.feel import BeyondDouble
from connector_sdk.http.response import Response
from connector_sdk.nesting import MAX_LEVELS, is_too_deep, may_be_too_deep

_LONG_DIGITS = 18
_BLANKS = " \t\r\n"
SET_COOKIE = "set-cookie"
_AS_IT_IS = object()


def http_result(
    response: Response, *, first_header_only: bool, body: Any = _AS_IT_IS, document: Any = None
) -> dict[str, Any]:
    """The result as the process sees it, `HttpCommonResult` in Camunda's words. Without `body`, it is `body_of`."""
    return {
        "status": response.status_code,
        "headers": headers_of(response, first_only=first_header_only),
        "body": body_of(response) if body is _AS_IT_IS else body,
        "reason": response.reason,
        "document": document,
    }


def headers_of(response: Response, *, first_only: bool) -> dict[str, Any]:
    """Headers with their case kept. A repeated one is a list (8.10) or its first value (8.8); Set-Cookie is a list."""
    headers: dict[str, Any] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name.lower() == SET_COOKIE:
            headers.setdefault(name, []).append(value)
        elif name not in headers:
            headers[name] = value
        elif not first_only:
            known = headers[name]
            headers[name] = [*(known if isinstance(known, list) else [known]), value]
    return headers


def body_of(response: Response) -> Any:
    """Parsed if it is a JSON object or array, whatever the content type says; else text, and None if it is blank.

    Bytes are read as UTF-8 always; what follows the first JSON value is ignored.
    """
    text = response.content.decode("utf-8", "replace")
    if not text.strip():
        return None
    if text.lstrip(_BLANKS)[:1] in ("{", "["):
        try:
            value = _DECODER.raw_decode(text.lstrip(_BLANKS))[0]
        except (ValueError, RecursionError):
            return text
        return text if may_be_too_deep(text) and is_too_deep(value) else value
    return text


def json_of(response: Response) -> Any:
    """The body as JSON of any kind, numbers and texts included; None if there is no body (204).

    Raises ConnectorError if it is no JSON.
    """
    text = response.content.decode("utf-8", "replace").strip(_BLANKS)
    if not text:
        return None
    try:
        value = _DECODER.decode(text)
        if may_be_too_deep(text) and is_too_deep(value):
            raise ValueError(f"it is nested deeper than {MAX_LEVELS} levels")
        return value
    except (ValueError, RecursionError) as error:
        raise ConnectorError(None, f"JSON response format selected but payload is no JSON: {error}") from error


def text_of(response: Response, encoding: str) -> str:
    """The body as text. Raises ConnectorInputError for an encoding that does not exist."""
    try:
        return response.content.decode(encoding, "replace")
    except (LookupError, ValueError) as error:  # base64, undefined and idna are no encodings of any text either
        raise ConnectorInputError(f"There is no encoding {encoding!r}") from error


def _integer(digits: str) -> int | float | str:
    """A number that the engine can hold, as Java's client would send it."""
    return int(digits) if len(digits) <= _LONG_DIGITS else _float(digits) if not _is_long(digits) else int(digits)


def _is_long(digits: str) -> bool:
    return len(digits) <= _LONG_DIGITS + 2 and -(2**63) <= int(digits) < 2**63


def _float(digits: str) -> float | str:
    """A double; what is beyond it is the text that Jackson writes, and null to expressions."""
    number = float(digits)
    return number if isfinite(number) else BeyondDouble("Infinity" if number > 0 else "-Infinity")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=_refuse_constant)
