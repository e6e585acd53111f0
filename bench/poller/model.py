"""The processes of a run: a start event, one service task, an end event, for each kind of job."""

from __future__ import annotations

from typing import Any

from bench.poller.target import KINDS, Target
from devkit.conformance.engine.bpmn import bpmn

SECRET = "{{secrets.TOKEN}}"  # noqa: S105 - a placeholder
READ_SECONDS = 60
"""A hanging call outlasts the 20 s that connectors wait by default."""
RESULTS = {"large": "={value: count(response.body.items)}"}
RESULT = "={value: response.body.value}"


def hanging_type(job_type: str) -> str:
    """The second type that a worker serves, beside its own."""
    return f"{job_type}-hanging"


def process_id(job_type: str, kind: str) -> str:
    """Of the process with a job of this kind."""
    return f"{job_type}-{kind}"


def task(job_type: str, kind: str, target: Target) -> dict[str, Any]:
    """The service task. A hanging job is spelled for the REST connector and the GraphQL connector at once."""
    inputs = {"method": "GET", "url": target.url(kind), "authentication.type": "bearer", "authentication.token": SECRET}
    headers = {"resultExpression": RESULTS.get(kind, RESULT)}
    if kind != "hanging":
        return {"is": "service", "type": job_type, "in": inputs, "headers": headers}
    inputs |= {
        "readTimeoutInSeconds": f"={READ_SECONDS}",
        "graphql.url": target.url(kind),
        "graphql.method": "post",
        "graphql.query": "{ value }",
        "graphql.readTimeoutInSeconds": f"={READ_SECONDS}",
    }
    return {"is": "service", "type": hanging_type(job_type), "in": inputs}


def models(job_type: str, target: Target) -> list[tuple[str, bytes]]:
    """All of them as files to deploy."""
    return [(f"{process_id(job_type, kind)}.bpmn", model(job_type, kind, target)) for kind in KINDS]


def model(job_type: str, kind: str, target: Target) -> bytes:
    """One of them."""
    nodes = {"start": {"is": "start"}, "task": task(job_type, kind, target), "end": {"is": "end"}}
    return bpmn({"id": process_id(job_type, kind), "nodes": nodes}).encode()
