"""multipart/form-data (RFC 7578) for deployments and documents."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

FILE_PART = "resources"
"""The only part name that 8.6.0 takes; later engines take any."""


def multipart(resources: Sequence[tuple[str, bytes]], fields: Sequence[tuple[str, str]]) -> tuple[str, bytes]:
    """Encode files and plain fields. Returns the media type with its boundary, and the body."""
    boundary = secrets.token_hex(16)
    lines: list[bytes] = []
    for name, value in fields:
        lines += _part(boundary, f'name="{name}"', "text/plain; charset=utf-8", value.encode())
    for filename, content in resources:
        disposition = f'name="{FILE_PART}"; filename="{_quoted(filename)}"'
        lines += _part(boundary, disposition, "application/octet-stream", content)
    lines += [f"--{boundary}--".encode(), b""]
    return f"multipart/form-data; boundary={boundary}", b"\r\n".join(lines)


def document_form(content: bytes, file_name: str | None, metadata: bytes) -> tuple[str, bytes]:
    """Encode one document, with its metadata in JSON. Returns the media type with its boundary, and the body.

    A document without a name has an empty one: engines take no part for a file that has no `filename` at all.
    """
    boundary = secrets.token_hex(16)
    disposition = f'name="file"; filename="{_quoted(file_name or "")}"'
    lines = [
        *_part(boundary, disposition, "application/octet-stream", content),
        *_part(boundary, 'name="metadata"', "application/json", metadata),
        *(f"--{boundary}--".encode(), b""),
    ]
    return f"multipart/form-data; boundary={boundary}", b"\r\n".join(lines)


def _part(boundary: str, disposition: str, media_type: str, content: bytes) -> list[bytes]:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {media_type}\r\n"
    return [head.encode(), content]


def _quoted(filename: str) -> str:
    """Browsers' escaping (RFC 7578 §2 and the WHATWG form encoding): quotes and line ends cannot end the header."""
    return filename.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
