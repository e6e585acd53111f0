"""Undoing a response's content coding (RFC 9110, section 8.4.1) in small steps, so that a limit holds on the way.

A few hundred bytes can decompress to gigabytes, and a few hundred more to a coding in a coding: one coding is undone,
several are refused. Codings that nobody asked for (only gzip and deflate are) are left as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

STEP_BYTES = 64 * 1024
"""What one step decompresses at most."""
_GZIP = zlib.MAX_WBITS | 16
_ZLIB = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class UnreadableContent(Exception):
    """The content is not what its coding says, or it has more than one coding."""


class Decompressor(Protocol):
    """The part of zlib's object that is used."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...
    def flush(self) -> bytes: ...


def decoded(pieces: Iterable[bytes], codings: Sequence[str]) -> Iterator[bytes]:
    """The content in pieces of at most STEP_BYTES if it was compressed. Raises UnreadableContent."""
    applied = [coding for coding in (one.strip().lower() for one in codings) if coding not in ("", "identity")]
    if len(applied) > 1:
        raise UnreadableContent(f"it has {len(applied)} content codings ({', '.join(applied)[:80]}), one is undone")
    window = _WINDOWS.get(applied[0]) if applied else None
    return iter(pieces) if window is None else _decompressed(pieces, window)


def _decompressed(pieces: Iterable[bytes], window: int) -> Iterator[bytes]:
    decompressor: Decompressor = zlib.decompressobj(window)
    begun = False
    beyond = 0
    for piece in pieces:
        if decompressor.eof:  # zlib would keep what comes now
            beyond += len(piece)
            if beyond > STEP_BYTES:
                return  # the connection is not read to its end, and closed
            continue
        try:
            if not begun and window == _ZLIB and not _is_zlib(piece):
                decompressor = zlib.decompressobj(_RAW)
            begun = begun or bool(piece)
            yield from _steps(decompressor, piece)
        except zlib.error as error:
            raise UnreadableContent(str(error)) from error
    yield decompressor.flush()
    if begun and not decompressor.eof:
        raise UnreadableContent("its compressed content breaks off")


def _steps(decompressor: Decompressor, data: bytes) -> Iterator[bytes]:
    while data and not decompressor.eof:
        yield decompressor.decompress(data, STEP_BYTES)
        data = decompressor.unconsumed_tail


def _is_zlib(data: bytes) -> bool:
    """Whether deflated content has its header (RFC 1950); some services leave it out."""
    try:
        zlib.decompressobj(_ZLIB).decompress(data, 1)
    except zlib.error:
        return False
    return True
