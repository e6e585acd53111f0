"""Request bodies: what is sent for a value, depending on the content type that the task asks for."""

from __future__ import annotations

import codecs
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

from connector_sdk.documents.document import Document
from connector_sdk.documents.json_text import message_text
from connector_sdk.java_text import java_text

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"
NO_BODY = "text/plain; charset=UTF-8"


def encoded_body(value: Any, content_type: str | None, *, ignore_null: bool = False) -> tuple[bytes, str]:
    """The bytes and the content type to send them with.

    A text goes out as it is, an object as a form or in parts if the content type says so, everything else as JSON.
    """
    kind = _kind(content_type)
    if isinstance(value, Document):
        value = {}  # as Camunda's runtime has it: a document is sent inside of an object only
    if value is None:
        return b"", NO_BODY if content_type is None or content_type == MULTIPART else content_type
    if isinstance(value, dict) and kind == FORM:
        return _form(value).encode(), content_type or FORM
    if isinstance(value, dict) and kind == MULTIPART and content_type is not None:
        return _multipart(value, content_type)
    text = message_text(without_nulls(value) if ignore_null else value)
    return _bytes(text, content_type), content_type if content_type is not None else JSON


def without_nulls(value: Any) -> Any:
    """Objects without their null members, at every depth; nulls in lists stay."""
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def _kind(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _bytes(text: str, content_type: str | None) -> bytes:
    """Encoded as the content type's charset says, in UTF-8 without one; UTF-16 as Java writes it."""
    name = _parameter(content_type or "", "charset") or "utf-8"
    try:
        if codecs.lookup(name).name == "utf-16":
            return codecs.BOM_UTF16_BE + text.encode("utf-16-be", "replace") if text else b""
        return text.encode(name, "replace")
    except (LookupError, ValueError):  # no such charset, or none that can write every text (idna, undefined, base64)
        return text.encode("utf-8", "replace")


def _parameter(content_type: str, name: str) -> str | None:
    for part in content_type.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return None


def _form(value: dict[str, Any]) -> str:
    return "&".join(
        quote_plus(name) + ("" if member is None else "=" + quote_plus(java_text(member)))
        for name, member in value.items()
    )


def _multipart(value: dict[str, Any], content_type: str) -> tuple[bytes, str]:
    """One part for each text, number and boolean; objects and nulls are left out, lists give a part for each item."""
    parts = list(_parts(value))
    given = _parameter(content_type, "boundary")
    boundary = given or secrets.token_hex(16)
    body = b"".join(_part(boundary, name, item) for name, item in parts) + f"--{boundary}--\r\n".encode()
    if given:
        return body, content_type
    if not parts:
        return body, f"multipart/mixed; boundary={boundary}"
    return body, f"{MULTIPART}; charset=ISO-8859-1; boundary={boundary}"


def _parts(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, member in value.items():
        for item in member if isinstance(member, list) else [member]:
            if item is not None and not isinstance(item, dict | list):
                yield name, item


def _part(boundary: str, name: str, item: Any) -> bytes:
    disposition = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
    if not isinstance(item, Document):
        return f"{disposition}\r\n\r\n{java_text(item)}\r\n".encode()
    file_name = f'; filename="{_quoted(item.name)}"' if item.name else ""
    return f"{disposition}{file_name}\r\nContent-Type: {item.media_type}\r\n\r\n".encode() + item.content + b"\r\n"


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("\r", " ").replace("\n", " ")
