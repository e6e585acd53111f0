"""A webhook request as every inbound connector sees it, whatever carried it here."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

PREFIX = "/inbound/"
"""Where webhooks live: `/inbound/{context}`, as in Camunda's runtime."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One HTTP request.

    `headers` have lower-case names, `params` are decoded, and of what is repeated the first counts. `body` is what was
    signed: the bytes as they came. `url` is the public address without the query.
    """

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    received_ms: int = 0
    """When the request came in, in milliseconds since the epoch; its time budget starts here."""

    @property
    def context(self) -> str | None:
        """The `{context}` of `/inbound/{context}`, decoded and without matrix parameters; None for any other path."""
        if not self.path.startswith(PREFIX):
            return None
        rest = self.path.removeprefix(PREFIX)
        return unquote(rest.partition(";")[0]) if rest and "/" not in rest else None

    @property
    def media_type(self) -> str:
        """The content type without its parameters, as it was written."""
        return self.headers.get("content-type", "").partition(";")[0].strip()

    @classmethod
    def from_event(cls, event: Mapping[str, Any], *, received_ms: int, public_address: str = "") -> WebhookRequest:
        """Read an API Gateway event, payload version 2.0 (or the `multiValueHeaders` of 1.0, if they are there).

        `public_address` replaces scheme and host of the event, for those who sit behind one more proxy.
        """
        http = event.get("requestContext", {}).get("http", {})
        headers = _headers(event)
        path = event.get("rawPath") or http.get("path") or "/"
        query = event.get("rawQueryString") or ""
        return cls(
            method=http.get("method", "GET"),
            path=path,
            body=_body(event),
            headers=headers,
            query=query,
            params=first_values(decoded_pairs(query)),
            url=(public_address.rstrip("/") or _origin(event, headers)) + path,
            received_ms=int(event.get("requestContext", {}).get("timeEpoch") or received_ms),
        )


def decoded_pairs(text: str) -> list[tuple[str, str]]:
    """Decode `a=1&b=2`. Nameless pairs and pairs that cannot be decoded are dropped, as Tomcat drops them."""
    pairs = []
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if name and _decodable(part):
            pairs.append((_decode(name), _decode(value)))
    return pairs


def first_values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A mapping in which the first of several equal names wins."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def _decodable(text: str) -> bool:
    return all(len(part) >= 2 and set(part[:2]) <= _HEX for part in text.split("%")[1:])


def _decode(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode(errors="replace")


_HEX = frozenset("0123456789abcdefABCDEF")


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    several = event.get("multiValueHeaders")
    if several is not None:
        return first_values((name.lower(), values[0].strip()) for name, values in several.items() if values)
    headers = first_values((name.lower(), str(value).strip()) for name, value in (event.get("headers") or {}).items())
    if event.get("cookies"):
        headers["cookie"] = "; ".join(event["cookies"])
    return headers


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def _origin(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    host = headers.get("host") or event.get("requestContext", {}).get("domainName") or "localhost"
    return f"{headers.get('x-forwarded-proto', 'https')}://{host}"
