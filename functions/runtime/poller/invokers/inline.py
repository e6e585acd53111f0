"""Runs functions in this process; each sees its invocation as Lambda would give it."""

from __future__ import annotations

import itertools
import json
import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_sdk.clock import Clock, SystemClock
from functions.runtime.poller.invokers import Arriving, FunctionDied, FunctionMissing
from functions.runtime.poller.registry import Handler, Registered

log = logging.getLogger("connectors.poller")
_ENCODER = json.JSONEncoder(allow_nan=False)


@dataclass(frozen=True, slots=True)
class InlineContext:
    """The part of Lambda's context object that handlers use."""

    function_name: str
    aws_request_id: str
    deadline: float = field(repr=False)
    clock: Clock = field(repr=False)

    def get_remaining_time_in_millis(self) -> int:
        """Time until the function's own time-out; nothing ends it here, but it may act upon it."""
        return max(0, int((self.deadline - self.clock.monotonic()) * 1000))


class Inline:
    """Calls handlers by the function's name. Invocation and answer go through JSON, as on Lambda."""

    def __init__(self, handlers: Mapping[str, Handler], clock: Clock | None = None) -> None:
        self._handlers = handlers
        self._clock = clock or SystemClock()
        self._numbers = itertools.count(1)

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        """Run the handler in the calling thread. Raises FunctionMissing or FunctionDied."""
        handler = self._handlers.get(connector.name)
        if handler is None:
            raise FunctionMissing(f"no function {connector.name} in this process")
        request_id = f"inline-{next(self._numbers)}"
        deadline = self._clock.monotonic() + connector.timeout_seconds
        context = InlineContext(connector.name, request_id, deadline, self._clock)
        event = json.loads(json.dumps(invocation))
        try:
            answer = _ENCODER.encode(handler(event, context))
        except (Exception, SystemExit) as error:
            kind = type(error).__name__
            where = "".join(traceback.format_tb(error.__traceback__))  # not its text, which may quote a secret
            log.error("function %s raised %s (request %s):\n%s", connector.name, kind, request_id, where)
            raise FunctionDied(f"raised {kind} (request {request_id}, see the poller's log)") from error
        arriving(len(answer))
        return json.loads(answer)
