"""A webhook request as every inbound connector sees it, whatever carried it here."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, unquote, unquote_to_bytes

PREFIX = "/inbound/"
"""Where webhooks live: `/inbound/{context}`, as in Camunda's runtime."""
FORM = "application/x-www-form-urlencoded"
DEFAULT_STAGE = "$default"
LATEST_MS = 253_402_300_799_999
"""The last moment of the year 9999: what is later is no time of a request."""


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
    repeated: frozenset[str] = frozenset()
    """Names of headers that came more than once, where that can be known; API Gateway joins their values by commas."""
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

        `public_address` is all that senders have before `/inbound/…`, for those who sit behind one more proxy, or
        behind a custom domain with an API mapping, of which API Gateway says nothing.
        """
        http = event.get("requestContext", {}).get("http", {})
        headers = _headers(event)
        raw_path = event.get("rawPath") or http.get("path") or "/"
        path = _without_stage(raw_path, event)
        query = event.get("rawQueryString") or ""
        return cls(
            method=http.get("method", "GET"),
            path=path,
            body=_body(event),
            headers=headers,
            query=query,
            params=first_values(decoded_pairs(query)),
            url=public_address.rstrip("/") + path if public_address else _address(event, headers, raw_path, path),
            repeated=_repeated(event),
            received_ms=_received_ms(event) or received_ms,
        )


def decoded_pairs(text: str) -> list[tuple[str, str]]:
    """Decode `a=1&b=2`. Nameless pairs and pairs that cannot be decoded are dropped, as Tomcat drops them."""
    pairs = []
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if name and _decodable(part):
            pairs.append((_decode(name), _decode(value)))
    return pairs


def encoded_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Encode as `java.net.URLEncoder` does: `a=1&b=2`."""
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)


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


def _encode(text: str) -> str:
    return quote_plus(text, safe="*-._").replace("~", "%7E")


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


def _received_ms(event: Mapping[str, Any]) -> int | None:
    """When API Gateway took the request in, if it says so."""
    given = event.get("requestContext", {}).get("timeEpoch")
    return given if isinstance(given, int) and 0 < given <= LATEST_MS else None


def _repeated(event: Mapping[str, Any]) -> frozenset[str]:
    several = event.get("multiValueHeaders") or {}
    names = [name.lower() for name, values in several.items() for _ in values]
    return frozenset(name for name in names if names.count(name) > 1)


def _without_stage(path: str, event: Mapping[str, Any]) -> str:
    """API Gateway puts the stage before the path, unless it is `$default`."""
    stage = event.get("requestContext", {}).get("stage") or DEFAULT_STAGE
    return path.removeprefix(f"/{stage}") if path.startswith(f"/{stage}/") else path


def _address(event: Mapping[str, Any], headers: Mapping[str, str], raw_path: str, path: str) -> str:
    """The address as the sender has it: with the stage on API Gateway's own domain, without it on a custom one."""
    domain = event.get("requestContext", {}).get("domainName") or ""
    host = headers.get("host") or domain or "localhost"
    is_own = domain.partition(".")[2].startswith("execute-api.")
    return f"{headers.get('x-forwarded-proto', 'https')}://{host}{raw_path if is_own else path}"
