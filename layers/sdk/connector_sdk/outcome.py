"""What became of a job: exactly one of completion, failure or error (REST API v2, `POST /jobs/{key}/…`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Complete:
    """The job is done; `variables` go to the process."""

    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def command(self) -> str:
        return "completion"

    def body(self) -> dict[str, Any]:
        return {"variables": dict(self.variables)}


@dataclass(frozen=True, slots=True)
class Fail:
    """The job failed; with `retries` 0 the engine raises an incident. `retry_backoff` is in milliseconds."""

    error_message: str
    retries: int
    retry_backoff: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def command(self) -> str:
        return "failure"

    def body(self) -> dict[str, Any]:
        return {
            "retries": self.retries,
            "errorMessage": self.error_message,
            "retryBackOff": self.retry_backoff,
            "variables": dict(self.variables),
        }


@dataclass(frozen=True, slots=True)
class ThrowError:
    """A modelled business error: a BPMN error event with `error_code` catches it."""

    error_code: str
    error_message: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def command(self) -> str:
        return "error"

    def body(self) -> dict[str, Any]:
        return {"errorCode": self.error_code, "errorMessage": self.error_message, "variables": dict(self.variables)}


Outcome = Complete | Fail | ThrowError


def to_wire(job_key: str, outcome: Outcome) -> dict[str, Any]:
    """One entry of an invocation's `outcomes`."""
    return {"jobKey": job_key, "command": outcome.command, "body": outcome.body()}
