"""Incidents: what stops an element until a person has looked, and their resolution."""

from __future__ import annotations

from devkit.engine import jobs
from devkit.engine.core import Core
from devkit.engine.records import ElementInstance, Incident, Job
from devkit.engine.rejection import Failure, Rejection

JOB_NO_RETRIES = "JOB_NO_RETRIES"


def create(core: Core, instance: ElementInstance, failure: Failure, job: Job | None = None) -> None:
    """Put an incident on an element."""
    incident = Incident(
        core.state.next_key(),
        failure.error_type,
        failure.message,
        instance.key,
        instance.element_id,
        instance.process_instance_key,
        instance.definition_key,
        core.now_ms,
        None if job is None else job.key,
    )
    core.state.incidents[incident.key] = incident
    core.state.incidents_of.setdefault(instance.process_instance_key, []).append(incident.key)
    instance.incident_key = incident.key


def close(core: Core, instance: ElementInstance) -> None:
    """The element went away, or goes on: its incident is over."""
    if instance.incident_key is not None:
        core.state.incidents[instance.incident_key].state = "RESOLVED"
        instance.incident_key = None


def resolve(core: Core, key: int) -> None:
    """Try again: offer the job once more, or enter or leave the element once more. Raises Rejection."""
    incident = core.state.incidents.get(key)
    if incident is None or incident.state == "RESOLVED":
        raise Rejection(
            "RESOLVE",
            "NOT_FOUND",
            f"Expected to resolve incident with key '{key}', but no such incident was found",
        )
    job = None if incident.job_key is None else core.state.jobs[incident.job_key]
    if job is not None and job.retries <= 0:
        raise Rejection(
            "RESOLVE",
            "NOT_FOUND",
            f"Expected to resolve incident with key '{key}', but job with key '{job.key}' has no retries left. "
            "Please update the job retries and retry resolving the incident",
        )
    instance = core.state.elements[incident.element_key]
    close(core, instance)
    if job is not None:
        jobs.offer(core, job)
    else:
        core.enqueue("retry", instance.key)
