"""Two ways to run a function (inline here, AWS Lambda), one protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from functions.runtime.poller.registry import Registered

Arriving = Callable[[int], None]
"""Called with an answer's size in bytes, it returns when there is room for it."""


class NeverRan(Exception):
    """The function was not started (throttled, no capacity): its jobs are given back with their retries unchanged."""


class FunctionMissing(NeverRan):
    """There is no such function, or it may not be invoked: its types are not asked for any more."""


class InvocationTooLarge(Exception):
    """No invocation can hold the job: nothing ran, trying again cannot help, and it fails with retries 0."""


class FunctionDied(Exception):
    """The function was started and gave no answer: its jobs fail with retries − 1.

    The text says what happened (`timed out`, `raised KeyError`), the request id, and where its log is. It never holds
    the text of a foreign exception: that may quote a secret.
    """


class Invoker(Protocol):
    """Runs functions; called from many threads."""

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        """Run a function once, never twice, and return its answer, whatever it is.

        `arriving` is called before the answer is taken apart, and where it comes from elsewhere before it is read.

        Raises NeverRan, FunctionMissing, InvocationTooLarge or FunctionDied.
        """
        ...
