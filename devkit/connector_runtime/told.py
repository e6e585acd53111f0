"""What a running runtime tells beside its jobs: webhooks, redelivery, incidents, and what became of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebhookAnswered:
    """A request to the webhook server has its answer."""

    method: str
    path: str
    status: int
    happened: str


@dataclass(frozen=True, slots=True)
class Redelivered:
    """A delivery that could not be published at once was tried again."""

    delivery: str
    path: str
    happened: str


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    """The engine raised an incident without a job: an input that cannot be evaluated, retries that are no number."""

    process_instance_key: str
    element_id: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person should know."""

    text: str


Told = WebhookAnswered | Redelivered | IncidentRaised | Notice
Tell = Callable[[Told], None]
"""Called from any thread."""


def nobody(_: Told) -> None:
    """For those who do not listen."""
