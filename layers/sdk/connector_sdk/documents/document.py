"""One document: what it is called, and its content, read when somebody wants it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from mimetypes import MimeTypes

OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class Document:
    """A document that a job refers to. Documents are equal if they are the same object."""

    read: Callable[[], bytes]
    name: str | None = None
    content_type: str | None = None
    is_external: bool = False
    """An address anywhere; not in the cluster's store."""

    @cached_property
    def content(self) -> bytes:
        """The bytes. Raises ConnectorError if they cannot be had."""
        return self.read()

    @property
    def base64(self) -> str:
        """The content where a text is wanted."""
        return b64encode(self.content).decode()

    @property
    def media_type(self) -> str:
        """As the reference says, else by the name."""
        return self.content_type or media_type(self.name or "")


def media_type(file_name: str) -> str:
    """What a file is, by the end of its name."""
    return _types().guess_type(file_name)[0] or OCTETS


@cache
def _types() -> MimeTypes:
    return MimeTypes(filenames=())
