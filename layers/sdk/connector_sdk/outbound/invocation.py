"""The Lambda door: an invocation with jobs comes in, their outcomes go out.

{"v": 1, "clusterId": "…", "jobs": [{…}], "secretNames": {"<jobKey>": ["TOKEN"] | null}}
{"outcomes": [{"jobKey": "…", "command": "completion" | "failure" | "error", "body": {…}}], "notStarted": ["<jobKey>"]}

Poller and functions are deployed one after the other, and an old poller may live for minutes after that: a function
understands the versions before and after its own as well. Members that it does not know are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from connector_sdk.errors import SdkError
from connector_sdk.job import Job
from connector_sdk.outcome import Fail, Outcome, to_wire

VERSION = 1
"""Of the invocation, as this function has it."""
VERSIONS = range(VERSION - 1, VERSION + 2)
"""What it understands."""
OTHER_VERSION_DELAY_MS = 60_000
"""Until a job comes again that another version's poller sent: somebody is deploying right now, or has to."""

MAX_THREADS = 32
DEADLINE_MARGIN_MS = 5_000
"""A function starts no further job when it has less than this left."""

MAX_BATCH_ANSWER_BYTES = 3 * 1024 * 1024
"""Of the outcomes of several jobs together. Lambda takes 6 MB, and may write a character as six (`\\u00e9`)."""

Run = Callable[[Job, Collection[str] | None], Outcome]


class InvocationError(SdkError):
    """The event is no invocation: nothing was started."""


def answer(event: Mapping[str, Any], lambda_context: Any, run: Run) -> dict[str, Any]:
    """Do all jobs, side by side if there are several; those that the time does not suffice for are not started.

    Of several jobs, those whose outcomes make the answer too large count as not started as well: all of them may be
    done twice, else they would not be together. No thread outlives the answer. Jobs of a version that is not
    understood are failed with their retries unchanged.
    Raises InvocationError if the event is none of the poller's.
    """
    jobs = _jobs(event)
    names: Mapping[str, Collection[str] | None] = event.get("secretNames") or {}
    if event["v"] not in VERSIONS:
        return {"outcomes": [to_wire(job.key, _other_version(event["v"], job)) for job in jobs], "notStarted": []}

    def one(job: Job) -> dict[str, Any] | None:
        return None if _is_late(lambda_context) else _sendable(to_wire(job.key, run(job, names.get(job.key))))

    if len(jobs) == 1:
        results = [one(jobs[0])]
    else:
        with ThreadPoolExecutor(max_workers=min(len(jobs), MAX_THREADS) or 1, thread_name_prefix="job") as threads:
            results = _fitting(list(threads.map(one, jobs)))
    return {
        "outcomes": [result for result in results if result is not None],
        "notStarted": [job.key for job, result in zip(jobs, results, strict=True) if result is None],
    }


def _sendable(outcome: dict[str, Any]) -> dict[str, Any]:
    """The outcome as UTF-8 can carry it: half of a surrogate pair, which JSON and FEEL can make, becomes `?`."""
    text = _ENCODER.encode(outcome)
    try:
        text.encode()
    except UnicodeEncodeError:
        repaired: dict[str, Any] = json.loads(text.encode("utf-8", "replace"))
        return repaired
    return outcome


def _fitting(results: Sequence[dict[str, Any] | None]) -> list[dict[str, Any] | None]:
    """The outcomes, without those that no longer fit. The first one does: an engine takes less than that."""
    fitting: list[dict[str, Any] | None] = []
    room = MAX_BATCH_ANSWER_BYTES
    for result in results:
        size = 0 if result is None else len(_ENCODER.encode(result).encode())
        fits = size <= room
        fitting.append(result if fits else None)
        room -= size if fits else 0
    return fitting


def _other_version(version: int, job: Job) -> Fail:
    return Fail(
        f"the poller speaks version {version} of the invocation, this function {VERSIONS[0]} to {VERSIONS[-1]}: "
        "deploy both from the same release; the job was not started",
        job.retries,
        OTHER_VERSION_DELAY_MS,
    )


def _jobs(event: Mapping[str, Any]) -> list[Job]:
    """The event's jobs. What is wrong is said by the member's name only: values may be secret."""
    _refuse_wrong(event, _INVOCATION, "")
    for number, job in enumerate(event["jobs"]):
        _refuse_wrong(job, _JOB, f"jobs[{number}].")
    if not all(type(names) in (list, _NOTHING) for names in (event.get("secretNames") or {}).values()):
        raise InvocationError(f"{_WANTED}, but secretNames holds something else than lists")
    try:
        return [Job.from_wire(job) for job in event["jobs"]]
    except (KeyError, TypeError, ValueError):
        raise InvocationError(f"{_WANTED}, but a key or a number of a job is unreadable") from None


def _refuse_wrong(value: Any, members: Mapping[str, tuple[type, ...]], where: str) -> None:
    if not isinstance(value, Mapping):
        raise InvocationError(f"{_WANTED}, but {where.removesuffix('.') or 'the event'} is no object")
    for name, kinds in members.items():
        if type(value.get(name)) not in kinds:
            raise InvocationError(f"{_WANTED}, but {where}{name} is missing or something else")


_ENCODER = json.JSONEncoder(ensure_ascii=False)
_NOTHING = type(None)
_INVOCATION: Mapping[str, tuple[type, ...]] = {"v": (int,), "jobs": (list,), "secretNames": (dict, _NOTHING)}
_JOB: Mapping[str, tuple[type, ...]] = {
    "type": (str,),
    "retries": (int, _NOTHING),
    "customHeaders": (dict, _NOTHING),
    "variables": (dict, _NOTHING),
}
"""By member, what it may be; `NoneType` is absent as well."""
_WANTED = 'this function wants {"v": 1, "jobs": [activated jobs]}'


def _is_late(lambda_context: Any) -> bool:
    remaining = getattr(lambda_context, "get_remaining_time_in_millis", None)
    return remaining is not None and remaining() < DEADLINE_MARGIN_MS
