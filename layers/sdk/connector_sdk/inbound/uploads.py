"""The documents of one delivery: each is created once, in however many tries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import accumulate
from typing import Any

from connector_sdk.errors import EngineBusy

OUT_OF_TIME = "out of time before the engine was asked"
MOST_KEPT_CHARACTERS = 64 * 1024
"""Of references kept with a delivery, as JSON: a table's item has an end, and senders choose the names of their files.
Documents beyond that are created again in each try."""
Create = Callable[[bytes, "str | None", "str | None"], dict[str, Any]]


class Uploads:
    """Creates what earlier tries have not. Documents are known by their content, equal ones by their order."""

    def __init__(self, create: Create | None, there: Mapping[str, Any]) -> None:
        """`create`: an engine's `create_document`, None if there is no time; `there`: what tries before have made."""
        self._create = create
        self._there = dict(there)
        self._seen: Counter[str] = Counter()

    @property
    def documents(self) -> dict[str, Any]:
        """What is kept with the delivery, for the next try."""
        sizes = accumulate(len(json.dumps([key, made])) for key, made in self._there.items())
        return dict(one for one, size in zip(self._there.items(), sizes, strict=True) if size <= MOST_KEPT_CHARACTERS)

    def create(self, content: bytes, content_type: str | None, file_name: str | None) -> dict[str, Any]:
        """The reference of a document. Raises EngineError; EngineBusy if there is no time for it."""
        # Not by its name: one that has none is given another each time.
        digest = sha256(f"{content_type}\n".encode(errors="replace") + content).hexdigest()
        key = f"{digest}/{self._seen[digest]}"
        self._seen[digest] += 1
        if key not in self._there:
            if self._create is None:
                raise EngineBusy(OUT_OF_TIME)
            self._there[key] = self._create(content, content_type, file_name)
        found: dict[str, Any] = self._there[key]
        return found
