"""The Lambda door: an invocation with jobs comes in, their outcomes go out.

{"v": 1, "clusterId": "…", "jobs": [{…}], "secretNames": {"<jobKey>": ["TOKEN"] | null}}
{"outcomes": [{"jobKey": "…", "command": "completion" | "failure" | "error", "body": {…}}], "notStarted": ["<jobKey>"]}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from connector_sdk.errors import SdkError
from connector_sdk.job import Job
from connector_sdk.outcome import Outcome, to_wire

MAX_THREADS = 32
DEADLINE_MARGIN_MS = 5_000
"""A function starts no further job when it has less than this left."""

Run = Callable[[Job, Collection[str] | None], Outcome]


class InvocationError(SdkError):
    """The event is no invocation: nothing was started."""


def answer(event: Mapping[str, Any], lambda_context: Any, run: Run) -> dict[str, Any]:
    """Do all jobs, side by side if there are several; those that the time does not suffice for are not started.

    No thread outlives the answer. Raises InvocationError if the event is none of the poller's.
    """
    jobs = _jobs(event)
    names: Mapping[str, Collection[str] | None] = event.get("secretNames") or {}

    def one(job: Job) -> dict[str, Any] | None:
        return None if _is_late(lambda_context) else to_wire(job.key, run(job, names.get(job.key)))

    if len(jobs) == 1:
        results = [one(jobs[0])]
    else:
        with ThreadPoolExecutor(max_workers=min(len(jobs), MAX_THREADS) or 1, thread_name_prefix="job") as threads:
            results = list(threads.map(one, jobs))
    return {
        "outcomes": [result for result in results if result is not None],
        "notStarted": [job.key for job, result in zip(jobs, results, strict=True) if result is None],
    }


def _jobs(event: Mapping[str, Any]) -> list[Job]:
    try:
        return [Job.from_wire(job) for job in event["jobs"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InvocationError(
            f'this function wants {{"v": 1, "jobs": [activated jobs]}}, but {error} is missing or unreadable'
        ) from error


def _is_late(lambda_context: Any) -> bool:
    remaining = getattr(lambda_context, "get_remaining_time_in_millis", None)
    return remaining is not None and remaining() < DEADLINE_MARGIN_MS
