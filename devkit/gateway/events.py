"""HTTP requests as API Gateway's events for HTTP APIs, payload format version 2.0, and handlers' answers as HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response


def event_of(scope: Mapping[str, Any], body: bytes, time_ms: int) -> dict[str, Any]:
    """The event for one request (an ASGI scope). Repeated headers are joined by commas, cookies stand apart."""
    path = scope["raw_path"].decode("latin-1").partition("?")[0]
    headers, cookies = _headers(scope["headers"])
    client_host, server_port = (scope.get("client") or ("", 0))[0], (scope.get("server") or ("", 0))[1]
    headers |= {"x-forwarded-for": client_host, "x-forwarded-proto": "http", "x-forwarded-port": str(server_port)}
    text, encoded = _body(body)
    return {
        "version": "2.0",
        "routeKey": "ANY /inbound/{context}",
        "rawPath": path,
        "rawQueryString": scope["query_string"].decode("latin-1"),
        "headers": headers,
        **({"cookies": cookies} if cookies else {}),
        "requestContext": {
            "domainName": headers.get("host", ""),
            "http": {
                "method": scope["method"],
                "path": path,
                "protocol": f"HTTP/{scope['http_version']}",
                "sourceIp": client_host,
                "userAgent": headers.get("user-agent", ""),
            },
            "stage": "$default",
            "timeEpoch": time_ms,
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def response_of(answer: Mapping[str, Any]) -> Response:
    """A handler's answer as a response. Raises KeyError or ValueError for an answer that is none."""
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    response = Response(content, status_code=int(answer["statusCode"]))
    for name, value in (answer.get("headers") or {}).items():
        # HTTP/1.1 headers are Latin-1; what is outside becomes a question mark.
        response.headers[name] = value.encode("latin-1", "replace").decode("latin-1")
    for cookie in answer.get("cookies") or ():
        response.headers.append("set-cookie", cookie.encode("latin-1", "replace").decode("latin-1"))
    return response


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> tuple[dict[str, str], list[str]]:
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "cookie":
            cookies += [part.strip() for part in value.split(";")]
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers, cookies


def _body(body: bytes) -> tuple[str | None, bool]:
    """Text as it is, everything else as Base64; no body is null."""
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True
