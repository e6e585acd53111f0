"""Two ways to run a function (inline here, AWS Lambda), one protocol."""

from __future__ import annotations

from typing import Any, Protocol

from functions.runtime.poller.registry import Registered


class NeverRan(Exception):
    """The function was not started (throttled, no capacity): its jobs are given back with their retries unchanged."""


class FunctionMissing(NeverRan):
    """There is no such function, or it may not be invoked: its types are not asked for any more."""


class InvocationTooLarge(Exception):
    """The job does not fit into an invocation: nothing ran, trying again cannot help, and it fails with retries 0."""


class FunctionDied(Exception):
    """The function was started and gave no answer: its jobs fail with retries − 1.

    The text says what happened (`timed out`, `raised KeyError`), the request id, and where its log is. It never holds
    the text of a foreign exception: that may quote a secret.
    """


class Invoker(Protocol):
    """Runs functions; called from many threads."""

    def invoke(self, connector: Registered, invocation: dict[str, Any]) -> Any:
        """Run a function once, never twice, and return its answer, whatever it is.

        Raises NeverRan, FunctionMissing, InvocationTooLarge or FunctionDied.
        """
        ...
