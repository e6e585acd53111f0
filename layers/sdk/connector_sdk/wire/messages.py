"""Messages of HTTP/1.1 (RFC 9112): a whole request in one piece, an answer's head, its content.

http.client parses each head as an e-mail and sends head and content apart: half of what a command to the engine costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import (
    BadStatusLine,
    HTTPException,
    HTTPMessage,
    IncompleteRead,
    InvalidURL,
    LineTooLong,
    RemoteDisconnected,
)
from io import BufferedIOBase

MAX_LINE_BYTES = 65_536
MAX_FIELDS = 100
METHODS_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})
SWITCHING_PROTOCOLS, NO_CONTENT, NOT_MODIFIED = 101, 204, 304

_TARGET = re.compile(r"[^\x00-\x20\x7f]*")
_FIELD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\x00\r\n]*")
_STATUS_LINE = re.compile(rb"HTTP/1\.(\d) +([1-9]\d\d)(?: .*)?")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;.*)?")


@dataclass(frozen=True, slots=True)
class Head:
    """What comes before the content of an answer."""

    status: int
    headers: HTTPMessage
    length: int | None
    """Bytes of content; None: not told."""
    chunked: bool
    closes: bool
    """The connection is of no use for another request."""


def request_message(method: str, target: str, host: str, headers: Mapping[str, str], content: bytes | None) -> bytes:
    """The bytes of a request. Host, Accept-Encoding and Content-Length are added where they are not given.

    Raises InvalidURL for a target with blanks, ValueError for what cannot stand in a head.
    """
    if not _TARGET.fullmatch(target):
        raise InvalidURL("the target of a request has blanks or control characters")
    fields = {"Host": host, "Accept-Encoding": "identity"}
    if content is not None or method in METHODS_WITH_CONTENT:
        fields["Content-Length"] = str(len(content or b""))
    given = {name.lower() for name in headers}
    lines = [f"{name}: {value}" for name, value in fields.items() if name.lower() not in given]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    for line in lines:
        if not _FIELD.fullmatch(line):
            raise ValueError(f"no header of HTTP: {line.partition(':')[0]!r}")
    head = "\r\n".join((f"{method} {'' if target.startswith('/') else '/'}{target} HTTP/1.1", *lines, "\r\n"))
    return head.encode("latin-1") + (content or b"")


def read_head(answer: BufferedIOBase, method: str) -> Head:
    """The head of the answer to a request; those of interim answers are skipped.

    Raises RemoteDisconnected if there is no byte of it, another HTTPException if it is none.
    """
    while True:
        version, status = _status(answer)
        headers = _headers(answer)
        if status >= 200 or status == SWITCHING_PROTOCOLS:
            break
    is_empty = method == "HEAD" or status in (SWITCHING_PROTOCOLS, NO_CONTENT, NOT_MODIFIED)
    length, chunked = (0, False) if is_empty else _framing(headers)
    ends = length is None and not chunked
    return Head(status, headers, length, chunked, ends or _closes(version, headers) or status == SWITCHING_PROTOCOLS)


def read_content(answer: BufferedIOBase, head: Head) -> bytes:
    """All of an answer's content. Raises IncompleteRead if there is less of it, HTTPException if it is malformed."""
    if head.chunked:
        return b"".join(_chunks(answer))
    if head.length is None:
        return answer.read()
    return _exactly(answer, head.length)


def _status(answer: BufferedIOBase) -> tuple[int, int]:
    """The version's second number, and the status."""
    line = answer.readline(MAX_LINE_BYTES + 1)
    if not line:
        raise RemoteDisconnected("closed without an answer")
    found = _STATUS_LINE.fullmatch(line.rstrip(b"\r\n"))
    if found is None:
        raise BadStatusLine(line[:80].decode("latin-1"))
    return int(found[1]), int(found[2])


def _line(answer: BufferedIOBase) -> bytes:
    line = answer.readline(MAX_LINE_BYTES + 1)
    if len(line) > MAX_LINE_BYTES:
        raise LineTooLong("header line")
    if not line.endswith(b"\n"):
        raise IncompleteRead(line)
    return line.rstrip(b"\r\n")


def _headers(answer: BufferedIOBase) -> HTTPMessage:
    headers = HTTPMessage()
    for _ in range(MAX_FIELDS + 1):
        line = _line(answer).decode("latin-1")
        if not line:
            return headers
        name, colon, value = line.partition(":")
        if not colon or not name or name[-1] in " \t" or name[0] in " \t":  # RFC 9112, sections 5.1 and 5.2
            raise HTTPException("a malformed header")
        headers.set_raw(name, value.strip(" \t"))
    raise HTTPException(f"more than {MAX_FIELDS} headers")


def _framing(headers: HTTPMessage) -> tuple[int | None, bool]:
    """How long the content is, and whether it comes in chunks (RFC 9112, section 6.3)."""
    coding = headers.get("transfer-encoding")
    if coding is not None:
        return None, coding.lower().rpartition(",")[2].strip() == "chunked"
    lengths = {length.strip() for value in headers.get_all("content-length", []) for length in value.split(",")}
    if not lengths:
        return None, False
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdecimal()):
        raise HTTPException("no length of a content")
    return int(length), False


def _closes(version: int, headers: HTTPMessage) -> bool:
    options = headers.get("connection", "").lower()
    return "close" in options or (version == 0 and "keep-alive" not in options)


def _chunks(answer: BufferedIOBase) -> Iterator[bytes]:
    while True:
        found = _CHUNK.fullmatch(_line(answer))
        if found is None:
            raise HTTPException("no size of a chunk")
        size = int(found[1], 16)
        if size == 0:
            break
        yield _exactly(answer, size)
        if _line(answer):
            raise HTTPException("a chunk is longer than its size")
    _headers(answer)  # the trailer


def _exactly(answer: BufferedIOBase, length: int) -> bytes:
    content = answer.read(length)
    if len(content) < length:
        raise IncompleteRead(content, length - len(content))
    return content
