"""What workers say: give me jobs, done, failed, a modelled error, hold it longer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from devkit.engine import activation, incidents, jobs
from devkit.engine.activation import AdHocResult
from devkit.engine.core import Core
from devkit.engine.records import Job, Variables
from devkit.engine.rejection import Failure, Rejection
from devkit.engine.throwing import throw_error
from devkit.engine.variables import set_local, visible

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""How much the variables of the jobs of one activation may weigh together."""
NOTHING_MORE = AdHocResult()
_MEGABYTE = 1024 * 1024
_write = json.JSONEncoder(ensure_ascii=False).encode
_VERBS = {"COMPLETE": "complete", "FAIL": "fail", "THROW_ERROR": "throw an error for", "UPDATE": "update"}


def activate(
    core: Core,
    job_type: str,
    max_jobs: int,
    timeout_ms: int,
    worker: str,
    fetch: Sequence[str] = (),
    *,
    with_lease: bool = False,
) -> list[tuple[Job, dict[str, Any]]]:
    """Lock up to `max_jobs` jobs for a worker; each with the variables that it sees, or those named in `fetch`.

    With a lease, commands for the job must bring the token of this activation.
    """
    activated: list[tuple[Job, dict[str, Any]]] = []
    weight = 0
    while len(activated) < max_jobs:
        key = core.state.available.take(job_type)
        if key is None:
            break
        job = core.state.jobs[key]
        seen = visible(core, job.element_key)
        variables = {name: seen[name] for name in fetch if name in seen} if fetch else dict(seen)
        size = len(_write(variables).encode("utf-8", "replace"))
        if size > MAX_ANSWER_BYTES:
            _too_big(core, job, size)
            continue
        if weight + size > MAX_ANSWER_BYTES:
            core.state.available.add(job)
            break
        weight += size
        job.state, job.worker = "ACTIVATED", worker
        job.lease = f"{job.key}-{core.state.next_key()}" if with_lease else None
        jobs.lock_until(core, job, core.now_ms + timeout_ms)
        activated.append((job, variables))
    return activated


def _too_big(core: Core, job: Job, size: int) -> None:
    message = (
        f"The job with key '{job.key}' can not be activated, because with {size / _MEGABYTE:.1f} MB it is larger than "
        "the configured message size (per default is 4 MB). Try to reduce the size by reducing the number of fetched "
        "variables or modifying the variable values."
    )
    job.state = "FAILED"
    incidents.create(core, core.state.elements[job.element_key], Failure("MESSAGE_SIZE_EXCEEDED", message), job)


def require_lease(core: Core, key: int, intent: str, token: str | None) -> None:
    """A job that was activated with a lease belongs to whoever has its token. Raises Rejection."""
    job = core.state.jobs.get(key)
    if job is not None and job.lease is not None and job.state == "ACTIVATED" and token != job.lease:
        raise Rejection(
            intent,
            "INVALID_STATE",
            f"Expected to {_VERBS[intent]} job with key '{key}', but the lease token is not that of its activation",
        )


def _open_job(core: Core, key: int, intent: str, verb: str) -> Job:
    """A job that may still be completed, failed or given an error. Raises Rejection."""
    job = _known_job(core, key, intent, verb)
    if job.state in ("FAILED", "ERROR_THROWN"):
        raise Rejection(
            intent, "INVALID_STATE", f"Expected to {verb} job with key '{key}', but it is in state '{job.state}'"
        )
    return job


def _known_job(core: Core, key: int, intent: str, verb: str) -> Job:
    job = core.state.jobs.get(key)
    if job is None or job.state in ("COMPLETED", "CANCELED"):
        raise Rejection(intent, "NOT_FOUND", f"Expected to {verb} job with key '{key}', but no such job was found")
    return job


def complete(core: Core, key: int, variables: Variables, result: AdHocResult = NOTHING_MORE) -> None:
    """Done. Also taken from a worker whose lock has ended, as long as nobody else was first. Raises Rejection.

    `result` is for the job of an ad-hoc sub-process.
    """
    job = _open_job(core, key, "COMPLETE", "complete")
    instance = core.state.elements[job.element_key]
    if core.node(instance).ad_hoc is not None:
        activation.check(core, instance, result)
        activation.carry_out(core, instance, variables, result)
    else:
        instance.payload = variables
        core.enqueue("complete", job.element_key)
    core.state.available.discard(job)
    job.state = "COMPLETED"


def fail(core: Core, key: int, retries: int, message: str | None, back_off_ms: int, variables: Variables) -> None:
    """Failed; with retries left it is offered again, after the back-off, else it is an incident. Raises Rejection."""
    job = _open_job(core, key, "FAIL", "fail")
    core.state.available.discard(job)
    job.state, job.retries, job.error_message, job.due_ms = "FAILED", retries, message, 0
    set_local(core, job.element_key, variables)
    if retries <= 0:
        instance = core.state.elements[job.element_key]
        kind = incidents.JOB_NO_RETRIES if core.node(instance).ad_hoc is None else "AD_HOC_SUB_PROCESS_NO_RETRIES"
        incidents.create(core, instance, Failure(kind, message or "No more retries left."), job)
    elif back_off_ms > 0:
        job.due_ms = core.now_ms + back_off_ms
        core.state.schedule.add(job.due_ms, job.key, jobs.BACK_OFF)
    else:
        jobs.offer(core, job)


def error(core: Core, key: int, code: str, message: str | None, variables: Variables) -> None:
    """A modelled error: the nearest event that catches its code goes on. Raises Rejection."""
    job = _open_job(core, key, "THROW_ERROR", "throw an error for")
    core.state.available.discard(job)
    job.state, job.error_code, job.error_message = "ERROR_THROWN", code, message
    instance = core.state.elements[job.element_key]
    try:
        throw_error(core, instance, code, variables, message)
    except Failure as failure:
        incidents.create(core, instance, failure, job)


def update(core: Core, key: int, retries: int | None, timeout_ms: int | None) -> None:
    """New retries, a new end of the lock from now on, or both. Raises Rejection."""
    job = _known_job(core, key, "UPDATE", "update")
    if retries is not None and retries < 1:
        raise Rejection(
            "UPDATE",
            "INVALID_ARGUMENT",
            f"Expected to update retries for job with key '{key}' with a positive amount of retries, "
            f"but the amount given was '{retries}'",
        )
    if timeout_ms is not None and job.state != "ACTIVATED":
        raise Rejection(
            "UPDATE",
            "INVALID_ARGUMENT",
            f"Expected to update the timeout of job with key '{key}', but it is not active",
        )
    if retries is not None:
        job.retries = retries
    if timeout_ms is not None:
        jobs.lock_until(core, job, core.now_ms + timeout_ms)
