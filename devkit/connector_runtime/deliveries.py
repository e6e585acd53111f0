"""A deliveries file that tells what becomes of each delivery: to its request while there is one, else to everybody."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connector_sdk.errors import SdkError
from connector_sdk.stores import Delivery, State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.connector_runtime.told import Redelivered, Tell, WebhookAnswered
from devkit.gateway.server import Handler

ENDS = {
    State.PUBLISHED: "published",
    State.REFUSED: "the model cannot use it",
    State.DEAD: "dead, `connectors deliveries replay` tries again",
}
UNRECORDED = "no element wants it"


class UnusableDeliveries(SdkError):
    """The deliveries file cannot be opened, or is something else."""


class ToldDeliveries(SqliteDeliveries):
    """Raises UnusableDeliveries."""

    def __init__(self, path: Path | str, tell: Tell) -> None:
        try:
            super().__init__(path)
        except sqlite3.Error as error:
            raise UnusableDeliveries(
                f"{path} cannot keep deliveries: {error}; name another file with --deliveries, in a folder that exists"
            ) from error
        self._told = tell
        self._request = threading.local()

    @contextmanager
    def request(self) -> Iterator[list[str]]:
        """Collect what becomes of the deliveries of this thread's request."""
        steps: list[str] = []
        self._request.steps = steps
        try:
            yield steps
        finally:
            del self._request.steps

    def say(self, happened: str) -> None:
        """Add to what becomes of this thread's request; nobody hears it outside of one."""
        getattr(self._request, "steps", []).append(happened)

    def put(self, delivery: Delivery) -> Delivery | None:
        there = super().put(delivery)
        if there is not None and there.state is State.PUBLISHED:
            self._say(delivery, "a repeat, answered as before")
        return there

    def finish(
        self,
        delivery: Delivery,
        state: State,
        now_ms: int,
        *,
        answer: Mapping[str, Any] | None,
        error: str | None = None,
    ) -> bool:
        written = super().finish(delivery, state, now_ms, answer=answer, error=error)
        self._say(delivery, f"{ENDS[state]}{': ' + error if error else ''}")
        return written

    def postpone(
        self, delivery: Delivery, due_ms: int, *, error: str, documents: Mapping[str, Any] | None = None
    ) -> bool:
        written = super().postpone(delivery, due_ms, error=error, documents=documents)
        self._say(delivery, f"kept, and tried again later: {error}")
        return written

    def _say(self, delivery: Delivery, happened: str) -> None:
        steps: list[str] | None = getattr(self._request, "steps", None)
        if steps is None:
            self._told(Redelivered(delivery.id, delivery.path, happened))
        else:
            steps.append(happened)


def telling(handler: Handler, deliveries: ToldDeliveries, tell: Tell) -> Handler:
    """The handler, with a word about each request."""

    def handle(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
        with deliveries.request() as steps:
            answer = handler(event, context)
        status = answer["statusCode"]
        happened = "; ".join(steps) or (UNRECORDED if status < 400 else _reason(answer))
        tell(WebhookAnswered(event["requestContext"]["http"]["method"], event["rawPath"], status, happened))
        return answer

    return handle


def _reason(answer: Mapping[str, Any]) -> str:
    try:
        content = json.loads(answer.get("body") or "{}")
    except ValueError:
        return ""
    return str(content.get("reason") or content.get("error") or "") if isinstance(content, dict) else ""
