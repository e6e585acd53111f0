"""Messages of HTTP/1.1 (RFC 9112): a whole request in one piece, an answer's head, its content.

http.client parses each head as an e-mail and sends head and content apart: half of what a command to the engine costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http.client import HTTPException, HTTPMessage, IncompleteRead, InvalidURL, LineTooLong, RemoteDisconnected
from io import BufferedIOBase
from typing import NamedTuple

MAX_LINE_BYTES = 65_536
MAX_FIELDS = 500
"""In one head; http.client's 100 are too few for some services."""
PIECE_BYTES = 64 * 1024
METHODS_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})
SWITCHING_PROTOCOLS, NO_CONTENT, NOT_MODIFIED = 101, 204, 304
CODINGS, LENGTH, OPTIONS = b"transfer-encoding", b"content-length", b"connection"

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(rb"[!-~]*")
_VALUE = re.compile(rb"[^\x00\r\n\f\v]*")
_STATUS_LINE = re.compile(rb"HTTP/1\.(\d) +([1-9]\d\d)(?: (.*))?")
_LENGTH = re.compile(rb"\d{1,18}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;.*)?")

Fields = list[tuple[bytes, bytes]]
"""Names and values, as they come or go."""


class Head(NamedTuple):
    """What comes before the content of an answer."""

    status: int
    reason: bytes
    fields: Fields
    length: int | None
    """Bytes of content; None: not told."""
    chunked: bool
    closes: bool
    """The connection is of no use for another request."""


def request_message(method: str, target: str, host: str, headers: Mapping[str, str], content: bytes | None) -> bytes:
    """The bytes of a request. Host, Accept-Encoding and Content-Length are added where they are not given.

    Raises InvalidURL for a target with blanks, ValueError for what cannot stand in a head.
    """
    fields = {"Host": host, "Accept-Encoding": "identity"}
    if content is not None or method in METHODS_WITH_CONTENT:
        fields["Content-Length"] = str(len(content or b""))
    given = {name.lower() for name in headers}
    everything = {**{name: value for name, value in fields.items() if name.lower() not in given}, **headers}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in everything.items()]
    return request_head(method.encode(), target.encode("ascii"), encoded) + (content or b"")


def request_head(method: bytes, target: bytes, fields: Fields) -> bytes:
    """The bytes before the content. Raises InvalidURL for a target with blanks, ValueError for another fault."""
    if not _TARGET.fullmatch(target):
        raise InvalidURL("the target of a request has blanks or control characters")
    if not _TOKEN.fullmatch(method):
        raise ValueError("no method of HTTP")
    lines = [b"%s %s%s HTTP/1.1" % (method, b"" if target.startswith(b"/") else b"/", target)]
    for name, value in fields:
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"no header of HTTP: {name.partition(b':')[0].decode('latin-1')!r}")
        lines.append(b"%s: %s" % (name, value))
    return b"\r\n".join((*lines, b"\r\n"))


def read_head(answer: BufferedIOBase, method: bytes) -> Head:
    """The head of the answer to a request; those of interim answers are skipped.

    Raises RemoteDisconnected if there is no byte of it, another HTTPException if it is none.
    """
    while True:
        version, status, reason = _status(answer)
        fields = _fields(answer)
        if status >= 200 or status == SWITCHING_PROTOCOLS:
            break
    lists = _lists(fields)
    is_empty = method == b"HEAD" or status in (SWITCHING_PROTOCOLS, NO_CONTENT, NOT_MODIFIED)
    length, chunked = (0, False) if is_empty else _framing(lists)
    ends = length is None and not chunked
    closes = ends or status == SWITCHING_PROTOCOLS or _closes(version, lists[OPTIONS])
    return Head(status, reason, fields, length, chunked, closes)


def read_pieces(answer: BufferedIOBase, head: Head) -> Iterator[bytes]:
    """An answer's content, as it comes. Raises IncompleteRead if there is less of it, HTTPException if malformed."""
    if head.chunked:
        while size := _chunk_size(answer):
            yield from _pieces(answer, size)
            if _line(answer):
                raise HTTPException("a chunk is longer than its size")
        _fields(answer)  # the trailer
    elif head.length is not None:
        yield from _pieces(answer, head.length)
    else:
        while piece := answer.read1(PIECE_BYTES):
            yield piece


def message(fields: Fields) -> HTTPMessage:
    """Headers as http.client gives them."""
    headers = HTTPMessage()
    for name, value in fields:
        headers.set_raw(name.decode("latin-1"), value.decode("latin-1"))
    return headers


def _status(answer: BufferedIOBase) -> tuple[int, int, bytes]:
    """The version's second number, the status, its reason."""
    line = answer.readline(MAX_LINE_BYTES + 1)
    if not line:
        raise RemoteDisconnected("closed without an answer")
    found = _STATUS_LINE.fullmatch(line.rstrip(b"\r\n"))
    if found is None:
        raise HTTPException("illegal status line")
    return int(found[1]), int(found[2]), found[3] or b""


def _line(answer: BufferedIOBase) -> bytes:
    line = answer.readline(MAX_LINE_BYTES + 1)
    if len(line) > MAX_LINE_BYTES:
        raise LineTooLong("header line")
    if not line.endswith(b"\n"):
        raise IncompleteRead(line)
    return line.rstrip(b"\r\n")


def _fields(answer: BufferedIOBase) -> Fields:
    fields: Fields = []
    while line := _line(answer):
        name, colon, value = line.partition(b":")
        if colon and _TOKEN.fullmatch(name):
            fields.append((name, value.strip(b" \t")))
        elif line[:1] in b" \t" and fields:  # a long one goes on (RFC 9112, section 5.2)
            name, begun = fields.pop()
            fields.append((name, (b"%s %s" % (begun, line.strip(b" \t"))).strip(b" \t")))
        else:
            raise HTTPException("a malformed header")
        if len(fields) > MAX_FIELDS:
            raise HTTPException(f"more than {MAX_FIELDS} headers")
    return fields


def _lists(fields: Fields) -> dict[bytes, list[bytes]]:
    """The members of the lists in the headers that say where the content and the connection end."""
    lists: dict[bytes, list[bytes]] = {CODINGS: [], LENGTH: [], OPTIONS: []}
    for name, value in fields:
        members = lists.get(name.lower())
        if members is not None:
            members += [one.strip().lower() for one in value.split(b",") if one]
    return lists


def _framing(lists: Mapping[bytes, list[bytes]]) -> tuple[int | None, bool]:
    """How long the content is, and whether it comes in chunks (RFC 9112, section 6.3)."""
    if lists[CODINGS]:
        if lists[CODINGS] != [b"chunked"]:
            raise HTTPException("another transfer coding than chunked")
        return None, True
    lengths = set(lists[LENGTH])
    if not lengths:
        return None, False
    length = lengths.pop()
    if lengths or not _LENGTH.fullmatch(length):
        raise HTTPException("no length of a content")
    return int(length), False


def _closes(version: int, options: list[bytes]) -> bool:
    return b"close" in options or (version == 0 and b"keep-alive" not in options)


def _chunk_size(answer: BufferedIOBase) -> int:
    found = _CHUNK.fullmatch(_line(answer))
    if found is None:
        raise HTTPException("no size of a chunk")
    return int(found[1], 16)


def _pieces(answer: BufferedIOBase, length: int) -> Iterator[bytes]:
    while length:
        piece = answer.read1(min(length, PIECE_BYTES))
        if not piece:
            raise IncompleteRead(piece, length)
        length -= len(piece)
        yield piece
