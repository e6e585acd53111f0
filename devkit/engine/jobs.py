"""Jobs: created by elements, offered by type, oldest first, locked for a time, offered again when the lock ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from devkit.engine.core import Core
from devkit.engine.definitions import JobModel, Node
from devkit.engine.records import ElementInstance, Job
from devkit.engine.variables import visible

LOCK = "job lock"
BACK_OFF = "job back-off"


def create(core: Core, instance: ElementInstance, node: Node) -> None:
    """Create and offer the job of an element. Raises Failure if type or retries cannot be evaluated."""
    if node.job is None:
        return
    variables = visible(core, instance.key)
    job = Job(
        core.state.next_key(),
        node.job.type.text_value(variables, core.clock),
        node.job.retries.number_value(variables, core.clock),
        {**node.job.headers, **_evaluated(core, node.job, variables)},
        instance.key,
        instance.element_id,
        instance.process_instance_key,
        instance.definition_key,
    )
    core.state.jobs[job.key] = job
    instance.job_key = job.key
    offer(core, job)


def _evaluated(core: Core, model: JobModel, variables: Mapping[str, Any]) -> dict[str, str]:
    headers = {}
    for name, expression in model.evaluated.items():
        result = expression.evaluate(variables, core.clock)
        value = result.json()
        if value is not None:
            headers[name] = (
                value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            )
    return headers


def offer(core: Core, job: Job) -> None:
    """Make a job available to every worker."""
    job.state = "ACTIVATABLE"
    job.due_ms = 0
    core.state.available.add(job)
    core.new_jobs.add(job.type)


def cancel(core: Core, instance: ElementInstance) -> None:
    """The element went away, and its job with it."""
    job = None if instance.job_key is None else core.state.jobs.get(instance.job_key)
    if job is not None and job.state not in ("COMPLETED", "CANCELED"):
        core.state.available.discard(job)
        job.state = "CANCELED"


def lock_until(core: Core, job: Job, due_ms: int) -> None:
    job.due_ms = due_ms
    core.state.schedule.add(due_ms, job.key, LOCK)


def on_lock_end(core: Core, due_ms: int, key: int) -> None:
    """Called when a lock is due; a job that was extended, or is not locked any more, is left alone."""
    job = core.state.jobs.get(key)
    if job is not None and job.state == "ACTIVATED" and job.due_ms == due_ms:
        offer(core, job)


def on_back_off_end(core: Core, due_ms: int, key: int) -> None:
    """Called when a back-off is over."""
    job = core.state.jobs.get(key)
    if job is not None and job.state == "FAILED" and job.due_ms == due_ms:
        offer(core, job)
