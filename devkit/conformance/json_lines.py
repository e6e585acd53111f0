"""JSON lines with numbers as they were written: 34 digits survive reading and writing."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from connector_sdk.errors import SdkError

GZIP_MAGIC = b"\x1f\x8b"
# JSON has no escape for what these two stand for in Python, so no text of a case can hold them between quotes.
_OPEN, _CLOSE = "\udc00", "\udc01"
_NUMBER = re.compile(r'"\\udc00([^"]+)\\udc01"')


class UnusableFile(SdkError):
    """A file of cases is missing or holds something else, or a file of results cannot be written."""


def read(file: Path) -> list[dict[str, Any]]:
    """Cases of a plain or gzip file; numbers with a point become Decimals. Raises UnusableFile."""
    try:
        content = file.read_bytes()
        text = (gzip.decompress(content) if content.startswith(GZIP_MAGIC) else content).decode()
        cases = [json.loads(line, parse_float=Decimal) for line in text.split("\n") if line.strip()]
    except OSError as error:
        raise UnusableFile(f"{file} cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError) as error:
        raise UnusableFile(f"{file} does not hold one JSON object a line: {error}") from error
    if any(not isinstance(case, dict) or "id" not in case for case in cases):
        raise UnusableFile(f"{file} holds a line that is no case: each is an object with an id")
    return cases


def write(results: Iterable[Mapping[str, Any]], file: Path) -> Iterator[Mapping[str, Any]]:
    """Pass results on and write each as a line. Raises UnusableFile."""
    try:
        with file.open("w", encoding="utf-8") as sink:
            for result in results:
                sink.write(dumps(result) + "\n")
                yield result
    except OSError as error:
        raise UnusableFile(f"{file} cannot be written: {error.strerror or error}") from error


def dumps(value: Any) -> str:
    """JSON text in which a Decimal is a number with all its digits."""
    return _NUMBER.sub(r"\1", json.dumps(value, default=_marked))


def _marked(value: Any) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return f"{_OPEN}{value}{_CLOSE}"
