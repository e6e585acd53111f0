"""multipart/form-data (RFC 7578, RFC 2046): every part becomes a document, plain fields are parameters as well.

Parts travel with their delivery, as Base64, until the engine has taken them: a request whose engine is away loses no
file.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.limits import MAX_PARTS

if TYPE_CHECKING:  # deliveries have parts, too, and no request
    from connector_sdk.inbound.request import WebhookRequest

PREFIX = "multipart/"
_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)', re.ASCII)
_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""How browsers write what would end a name (the WHATWG's form encoding)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part. A plain field has no file name, and often no type."""

    name: str
    content: bytes
    file_name: str | None = None
    content_type: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it travels with its delivery."""
        content = base64.b64encode(self.content).decode()
        return {"name": self.name, "content": content, "fileName": self.file_name, "contentType": self.content_type}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Part:
        return cls(content["name"], base64.b64decode(content["content"]), content["fileName"], content["contentType"])


def is_multipart(request: WebhookRequest) -> bool:
    """Whether the body has parts."""
    return request.media_type.lower().startswith(PREFIX)


def parts_of(request: WebhookRequest) -> tuple[Part, ...]:
    """The parts of a multipart body. Raises WebhookError: 400 if it cannot be read, 413 for too many parts."""
    parameters = _parameters(request.headers.get("content-type", ""))
    boundary = parameters.get("boundary", "").encode(errors="replace")
    if not boundary:
        raise WebhookError(400, "The Content-Type of a multipart body names no boundary")
    delimiter = re.compile(rb"\r\n--" + re.escape(boundary) + rb"(--|[ \t]*\r\n)")
    pieces = delimiter.split(b"\r\n" + request.body)
    # What is before the first delimiter counts for nothing, then delimiters' ends and what follows them take turns.
    ends, contents = pieces[1::2], pieces[2::2]
    if b"--" not in ends:
        raise WebhookError(400, "The multipart body does not end with its boundary")
    found = contents[: ends.index(b"--")]
    if len(found) > MAX_PARTS:
        raise WebhookError(413, f"The multipart body has more than {MAX_PARTS} parts")
    return tuple(_part(one) for one in found)


def _part(piece: bytes) -> Part:
    """A part without headers begins with the line that ends them."""
    head, end, content = (b"\r\n" + piece).partition(b"\r\n\r\n")
    if not end:
        raise WebhookError(400, "A part of the multipart body has no end of its headers")
    headers = {}
    for line in head.decode(errors="replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    parameters = _parameters(headers.get("content-disposition", ""))
    return Part(parameters.get("name", ""), content, parameters.get("filename"), headers.get("content-type") or None)


def _parameters(header: str) -> dict[str, str]:
    return {name.lower(): _unquoted(value) for name, value in _PARAMETER.findall(header)}


def _unquoted(value: str) -> str:
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    for written, meant in _ESCAPES.items():
        value = value.replace(written, meant)
    return value
