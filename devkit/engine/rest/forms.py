"""Multipart forms (RFC 7578), read whole: files and fields in the order in which they were sent."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from devkit.engine.rest import bodies
from devkit.engine.rest.problems import bad_request

logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of every form that cannot be read; we answer


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form; a file has a `file_name`, which may be empty, a field has none."""

    name: str
    content: bytes
    file_name: str | None = None
    content_type: str | None = None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


async def read(request: Request, limit: int) -> list[Part]:
    """The parts of a request's form.

    Raises TooLarge, HTTPException 415 for another media type, and Problem for what cannot be read.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(415)
    raw = await bodies.raw_body(request, limit)

    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw

    try:
        form = await MultiPartParser(request.headers, stream(), max_part_size=limit).parse()
    except (MultiPartException, KeyError, LookupError, ValueError):
        raise bad_request("Failed to parse multipart servlet request") from None
    try:
        return [await _part(name, value) for name, value in form.multi_items()]
    finally:
        await form.close()


async def _part(name: str, value: UploadFile | str) -> Part:
    if isinstance(value, str):
        return Part(name, value.encode("utf-8", "replace"))
    return Part(name, await value.read(), value.filename or "", value.content_type)
