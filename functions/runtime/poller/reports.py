"""What became of a job → the one command that its engine gets. How each way of ending counts is in `Poller`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_sdk.engine_client.client import JobCommand
from functions.runtime.poller.answers import NoOutcome, NotStarted, Reported
from functions.runtime.poller.commands import MAX_ERROR_MESSAGE_CHARACTERS, Commands, Result
from functions.runtime.poller.finished import Ending, Finished
from functions.runtime.poller.leases import Lease
from functions.runtime.poller.registry import Registered

NEVER_RAN_DELAY_MS = 2_000
"""Until a job that was given back is offered again: a function that never has time must not go in circles."""
DIED_BACKOFF_MS = 5_000
"""Before the next try of a job whose function died."""
REFUSED_MESSAGE_CHARACTERS = 300
"""What is kept of the message of a failure that the engine refused, and of its reason for any refusal."""
OUTCOMES: dict[str, Ending] = {"completion": "completed", "failure": "failed", "error": "error"}


class Reports:
    """Reports the jobs of one function; any number of threads may use it."""

    def __init__(self, connector: Registered, commands: Commands) -> None:
        self._connector = connector
        self._commands = commands

    def answer(self, lease: Lease, answer: Reported | NotStarted | NoOutcome) -> Finished:
        """The function has answered."""
        match answer:
            case NotStarted():
                return self.give_back(lease, f"function {self._connector.name} had no time left")
            case NoOutcome(reason):
                return self.died(lease, f"function {self._connector.name} ran without an outcome: {reason}")
            case Reported(command, body):
                return self._reported(lease, command, body)

    def died(self, lease: Lease, message: str) -> Finished:
        """The function ran: that costs a try."""
        return self.fail(lease, message, max(lease.job.retries - 1, 0), DIED_BACKOFF_MS)

    def fail(self, lease: Lease, message: str, retries: int = 0, backoff_ms: int = 0) -> Finished:
        """A failure in the poller's words."""
        message = message[:MAX_ERROR_MESSAGE_CHARACTERS]
        body = {"retries": retries, "errorMessage": message, "retryBackOff": backoff_ms}
        lease.reporting = True
        result, _ = self._commands.send(lease.job, "failure", body, lambda: lease.until)
        return self.finished(lease, "failed", message, result, retries)

    def give_back(self, lease: Lease, why: str, delay_ms: int = NEVER_RAN_DELAY_MS) -> Finished:
        """The function never ran: that costs nothing."""
        lease.reporting = True
        result, _ = self._commands.give_back(lease.job, why, delay_ms, lambda: lease.until)
        return self.finished(lease, "given back", why, result)

    def finished(
        self, lease: Lease, outcome: Ending, message: str, result: Result, retries_left: int | None = None
    ) -> Finished:
        """What observers are told; no command is sent."""
        return Finished(lease.job, self._connector.name, outcome, message, result, retries_left)

    def _reported(self, lease: Lease, command: JobCommand, body: Mapping[str, Any]) -> Finished:
        lease.reporting = True
        result, reason = self._commands.send(lease.job, command, body, lambda: lease.until)
        if result is Result.REFUSED:
            return self._refused(lease, command, body, reason)
        message = body.get("errorMessage") if command == "failure" else body.get("errorCode")
        retries = body.get("retries") if command == "failure" else None
        return self.finished(lease, OUTCOMES[command], message or "", result, retries)

    def _refused(self, lease: Lease, command: JobCommand, body: Mapping[str, Any], reason: str) -> Finished:
        """The engine will never take what the function reported: it gets a failure that it can take."""
        reason = reason[:REFUSED_MESSAGE_CHARACTERS]
        message = f"the engine refused the {command} of function {self._connector.name} ({reason})"
        if command == "failure":
            message = f"{message}: {str(body.get('errorMessage') or '')[:REFUSED_MESSAGE_CHARACTERS]}"
            return self.fail(lease, message, body["retries"], body.get("retryBackOff") or 0)
        if self._connector.repeat == "unsafe":
            return self.fail(lease, f"{message}; it did its work and is not run a second time")
        return self.died(lease, message)
