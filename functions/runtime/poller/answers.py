"""Reads a function's answer, which may be anything, and says for each job what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from connector_sdk.engine_client.client import JobCommand


@dataclass(frozen=True, slots=True)
class Reported:
    """The function says which command the engine shall get."""

    command: JobCommand
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The function ran out of time before this job: it is given back."""


@dataclass(frozen=True, slots=True)
class NoOutcome:
    """The function ran, and what it said of this job is nothing or nonsense."""

    reason: str


Answer = Reported | NotStarted | NoOutcome


def _text(value: object) -> bool:
    return isinstance(value, str)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _milliseconds(value: object) -> bool:
    """The engine takes negative ones as none."""
    return isinstance(value, int) and not isinstance(value, bool)


def _object(value: object) -> bool:
    return isinstance(value, dict)


MEMBERS: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    "completion": {"variables": _object, "result": _object},
    "failure": {"retries": _count, "errorMessage": _text, "retryBackOff": _milliseconds, "variables": _object},
    "error": {"errorCode": _text, "errorMessage": _text, "variables": _object},
}
"""Command → what its body may hold (REST API v2, POST /jobs/{key}/…). Members not named here pass as they are."""
REQUIRED: Mapping[str, tuple[str, ...]] = {"failure": ("retries",), "error": ("errorCode",)}
"""The engine takes a failure without retries as retries 0, an incident: nobody means that by leaving it out."""


def read_answer(answer: Any, job_keys: Iterable[str]) -> dict[str, Answer]:
    """Take an answer apart: `{"outcomes": [{"jobKey", "command", "body"}, …], "notStarted": [job key, …]}`.

    Every given key gets an answer; keys that were not asked for are ignored. Never raises.
    """
    keys = list(job_keys)
    if not isinstance(answer, dict) or not isinstance(answer.get("outcomes"), list):
        return dict.fromkeys(keys, NoOutcome("the answer is no object with a list `outcomes`"))
    not_started = answer.get("notStarted") or []
    if not isinstance(not_started, list):
        return dict.fromkeys(keys, NoOutcome("`notStarted` is no list"))
    found: dict[str, list[Mapping[str, Any]]] = {key: [] for key in keys}
    for entry in answer["outcomes"]:
        key = entry.get("jobKey") if isinstance(entry, dict) else None
        if isinstance(key, str) and key in found:
            found[key].append(entry)
    return {key: _answer(entries, key in not_started) for key, entries in found.items()}


def _answer(entries: list[Mapping[str, Any]], not_started: bool) -> Answer:
    if not entries:
        return NotStarted() if not_started else NoOutcome("the answer has no outcome for this job")
    if len(entries) > 1 or not_started:
        return NoOutcome("the answer has several outcomes for this job")
    return _reported(entries[0].get("command"), entries[0].get("body"))


def _reported(command: object, body: object) -> Reported | NoOutcome:
    if not isinstance(command, str) or command not in MEMBERS:
        return NoOutcome("the outcome's command is none of completion, failure, error")
    if not isinstance(body, dict):
        return NoOutcome("the outcome's body is no object")
    for name, fits in MEMBERS[command].items():
        if body.get(name) is not None and not fits(body[name]):
            return NoOutcome(f"the {command}'s {name} is not usable")
    for name in REQUIRED.get(command, ()):
        if body.get(name) is None:
            return NoOutcome(f"the {command} has no {name}")
    return Reported(cast(JobCommand, command), body)
