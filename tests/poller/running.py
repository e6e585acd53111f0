"""A running poller for tests, functions for it, and an observer that can be waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient
from functions.runtime.poller.finished import Finished, Observer
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Handler, Registered
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine

QUICKLY: dict[str, Any] = {
    "compatibility": Compatibility.of("8.10"),
    "secret_names": None,
    "request_timeout_ms": 20,
    "slots_per_type": 8,
}
"""Options of a poller whose tests are over soon."""
COMPLETED = {"variables": {"ok": True}}


def outcomes(event: dict[str, Any], command: str = "completion", body: Any = COMPLETED) -> dict[str, Any]:
    """The answer of a function to all its jobs."""
    return {"outcomes": [{"jobKey": job["jobKey"], "command": command, "body": body} for job in event["jobs"]]}


def complete(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A function that completes every job."""
    return outcomes(event)


class Seen:
    """An observer that can be waited for."""

    def __init__(self) -> None:
        self.finished: list[Finished] = []
        self._changed = threading.Condition()

    def __call__(self, finished: Finished) -> None:
        with self._changed:
            self.finished.append(finished)
            self._changed.notify_all()

    def wait(self, count: int) -> list[Finished]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.finished) >= count, WAIT_SECONDS)
            return list(self.finished)


@contextmanager
def polling(
    engine: ScriptedEngine, handler: Handler | None, observer: Observer | None = None, **options: Any
) -> Iterator[Poller]:
    """A poller for type `t` with function `fn`."""
    connector = options.pop("connector", Registered("fn", ("t",)))
    invoker = options.pop("invoker", None) or Inline({"fn": handler} if handler else {})
    own = {name: options.pop(name) for name in ("clock", "wait") if name in options}
    asked = Options(**{**QUICKLY, **options})
    client = EngineClient(engine.address)
    poller = Poller(client, [connector], invoker, asked, observer=observer, random=lambda: 0.0, **own)
    poller.start()
    try:
        yield poller
    finally:
        poller.stop(WAIT_SECONDS)


def run_one(engine: ScriptedEngine, handler: Handler | None, **options: Any) -> Finished:
    seen = Seen()
    with polling(engine, handler, seen, **options):
        return seen.wait(1)[0]


def raises(event: dict[str, Any], context: Any) -> dict[str, Any]:
    raise ValueError("the password is hunter2")
