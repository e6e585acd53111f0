"""The service that jobs call, with an answer for each kind of job; it counts its calls."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from typing import cast

from bench.process import cpu_seconds
from bench.server import ok, served

ITEMS = 9_000
ITEM = {"name": "a thing of some kind", "price": 12.5, "colours": ["red", "green"], "here": True}
ANSWERS = {
    "quick": (0.0, ok(b'{"value": 42}')),
    "slow": (2.0, ok(b'{"value": 42}')),
    "large": (0.0, ok(json.dumps({"items": [{"number": n, **ITEM} for n in range(ITEMS)]}).encode())),
    "hanging": (30.0, ok(b'{"data": {"value": 42}}')),
}
"""What a job of each kind gets, after so many seconds. `large` is 1 MB; `hanging` suits GraphQL as well."""
KINDS = tuple(ANSWERS)


@dataclass(frozen=True, slots=True)
class Target:
    """A running service."""

    address: str
    pid: int
    _calls: MutableSequence[int]

    def url(self, kind: str) -> str:
        """What a job of this kind calls."""
        return f"{self.address}/{kind}"

    def calls(self, kind: str) -> int:
        """Begun so far."""
        return self._calls[KINDS.index(kind)]

    def cpu_ms_a_call(self) -> float:
        """What it takes of the processors that workers need: it must not be what limits them."""
        return cpu_seconds(self.pid) * 1000 / max(1, sum(self._calls))


@contextmanager
def target() -> Iterator[Target]:
    """Serve while the block runs."""
    calls = cast(MutableSequence[int], RawArray("q", len(KINDS)))

    def answer(path: str, _: bytes) -> tuple[float, bytes]:
        kind = path[1:].partition("?")[0]
        calls[KINDS.index(kind)] += 1  # nobody else writes
        return ANSWERS[kind]

    with served(answer) as (address, pid):
        yield Target(address, pid, calls)
