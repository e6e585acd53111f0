"""What a service answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FIRST_FAILURE = 400
_CHARSET = r";\s*charset\s*=\s*\"?([^\s;\"]+)"


class Headers(Mapping[str, str]):
    """Header fields by name, in any case; the values of a repeated one are joined by commas (RFC 9110, section 5.3)."""

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        """`raw`: as they came."""
        self.raw = raw

    def __getitem__(self, name: str) -> str:
        values = self.values_of(name)
        if not values:
            raise KeyError(name)
        return ", ".join(values)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.lower().decode("latin-1") for name, _ in self.raw))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self.raw})

    def values_of(self, name: str) -> list[str]:
        """Each value of a field, in order."""
        wanted = name.lower().encode("latin-1", "replace")
        return [value.decode("latin-1") for known, value in self.raw if known.lower() == wanted]


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer, whatever its status; the content is decompressed."""

    method: str
    """Of the request."""
    url: str
    """Of the request that was answered: the last one, after redirects."""
    status_code: int
    reason: str
    """The phrase behind the status, as the service wrote it; it may be empty."""
    headers: Headers
    content: bytes

    @property
    def text(self) -> str:
        """The content in the charset that its type names; in UTF-8 if it names none that is known."""
        found = re.search(_CHARSET, self.headers.get("content-type", ""), re.IGNORECASE)
        try:
            return self.content.decode(found[1] if found else "utf-8", "replace")
        except (LookupError, ValueError):  # idna, for one, takes no replacements
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The content as JSON. Raises ValueError."""
        return json.loads(self.content)

    def raise_for_status(self) -> Response:
        """Itself, for a chain of calls. Raises BadStatus from 400 on, which fails a job with the status as code."""
        if self.status_code >= FIRST_FAILURE:
            raise BadStatus(self)
        return self


class BadStatus(Exception):
    """The service answered with a status of 400 or above."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.status_code} {response.reason}".strip())
        self.response = response
