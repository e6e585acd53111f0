"""Jobs: activation with long polling, completion, failure, error, update."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import worker_commands
from devkit.engine.activation import AdHocResult
from devkit.engine.core import Core
from devkit.engine.engine import Engine
from devkit.engine.records import TENANT, Job
from devkit.engine.rest import bodies
from devkit.engine.rest.activation import wanted_elements
from devkit.engine.rest.items import hierarchy, job_kind
from devkit.engine.rest.problems import JsonResponse, invalid

DEFAULT_REQUEST_TIMEOUT_MS = 10_000
"""How long an activation waits if it does not say."""

ACTIVATION: bodies.Schema = {
    "type": bodies.text,
    "maxJobsToActivate": bodies.int32,
    "timeout": bodies.int64,
    "worker": bodies.text,
    "fetchVariable": bodies.texts,
    "requestTimeout": bodies.int64,
    "tenantIds": bodies.texts,
    "tenantFilter": bodies.text,
    "withLease": bodies.flag,
}
COMPLETION: bodies.Schema = {"variables": bodies.record, "result": bodies.record, "jobLeaseToken": bodies.text}
RESULT: bodies.Schema = {
    "type": bodies.text,
    "activateElements": bodies.records,
    "isCompletionConditionFulfilled": bodies.flag,
    "isCancelRemainingInstances": bodies.flag,
    "denied": bodies.flag,
    "deniedReason": bodies.text,
    "corrections": bodies.record,
}
FAILURE: bodies.Schema = {
    "retries": bodies.int32,
    "errorMessage": bodies.text,
    "retryBackOff": bodies.int64,
    "variables": bodies.record,
    "jobLeaseToken": bodies.text,
}
ERROR: bodies.Schema = {
    "errorCode": bodies.text,
    "errorMessage": bodies.text,
    "variables": bodies.record,
    "jobLeaseToken": bodies.text,
}
UPDATE: bodies.Schema = {"changeset": bodies.record, "operationReference": bodies.int64, "jobLeaseToken": bodies.text}
CHANGES: bodies.Schema = {"retries": bodies.int32, "timeout": bodies.int64}


class LongPolls:
    """Activations that wait for a job type; each is woken when something of its type becomes available."""

    def __init__(self, engine: Engine, stopping: asyncio.Future[None]) -> None:
        """Nobody waits any more once `stopping` is done."""
        self._stopping = stopping
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, dict[asyncio.Event, None]] = {}
        self._engine = engine
        engine.on_new_jobs(self._on_new_jobs)

    def close(self) -> None:
        """Listen no more."""
        self._engine.forget(self._on_new_jobs)

    def _on_new_jobs(self, types: frozenset[str]) -> None:
        self._loop.call_soon_threadsafe(self._wake, types)

    def _wake(self, types: frozenset[str]) -> None:
        for job_type in types:
            for event in self._waiting.get(job_type, ()):
                event.set()

    async def wait(self, job_type: str, seconds: float, gone: asyncio.Task[Any]) -> bool:
        """Wait for a job of a type; false if the time ran out, the caller has gone or the engine stops."""
        event = asyncio.Event()
        self._waiting.setdefault(job_type, {})[event] = None
        waiting = asyncio.ensure_future(event.wait())
        try:
            over = {gone, self._stopping}
            await asyncio.wait({waiting, *over}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return event.is_set() and not any(one.done() for one in over)
        finally:
            waiting.cancel()
            del self._waiting[job_type][event]
            if not self._waiting[job_type]:
                del self._waiting[job_type]


def _check_activation(body: dict[str, Any]) -> None:
    missing = [f"No {name} provided." for name in ("type", "timeout", "maxJobsToActivate") if not _given(body, name)]
    if missing:
        raise invalid(" ".join(missing))
    bodies.require_positive(body, "timeout", "maxJobsToActivate")


def _given(body: dict[str, Any], name: str) -> bool:
    return name in body and body[name] != ""


async def activate(request: Request) -> Response:
    """POST /jobs/activation: the jobs there are, or the first that comes within the request's time."""
    body = await bodies.read(request, ACTIVATION)
    _check_activation(body)
    engine: Engine = request.app.state.engine
    polls: LongPolls = request.app.state.polls
    loop = asyncio.get_running_loop()
    timeout_ms = body.get("requestTimeout", 0) or DEFAULT_REQUEST_TIMEOUT_MS
    end = loop.time() + timeout_ms / 1000
    jobs = _activate_now(engine, body)
    if jobs or timeout_ms < 0:
        return JsonResponse({"jobs": jobs})
    gone = asyncio.ensure_future(request.receive())
    try:
        while not jobs and await polls.wait(body["type"], end - loop.time(), gone):
            jobs = _activate_now(engine, body)
    finally:
        gone.cancel()
    return JsonResponse({"jobs": jobs})


def _activate_now(engine: Engine, body: dict[str, Any]) -> list[dict[str, Any]]:
    if TENANT not in (body.get("tenantIds") or [TENANT]):
        return []  # Zeebe 8.6.0 has nothing for other tenants, and does not mind being asked, unlike for commands
    with engine.transaction() as core:
        activated = worker_commands.activate(
            core,
            body["type"],
            body["maxJobsToActivate"],
            body["timeout"],
            body.get("worker", ""),
            body.get("fetchVariable", ()),
            with_lease=body.get("withLease", False),
        )
        return [_activated(core, job, variables) for job, variables in activated]


def _activated(core: Core, job: Job, variables: dict[str, Any]) -> dict[str, Any]:
    definition = core.state.definition(job.definition_key)
    return {
        "type": job.type,
        "jobKey": str(job.key),
        "processInstanceKey": str(job.process_instance_key),
        "rootProcessInstanceKey": str(hierarchy(core, job.process_instance_key)[0].key),
        "processDefinitionId": definition.process_id,
        "processDefinitionVersion": definition.version,
        "processDefinitionKey": str(definition.key),
        "elementId": job.element_id,
        "elementInstanceKey": str(job.element_key),
        "customHeaders": job.headers,
        "worker": job.worker,
        "retries": job.retries,
        "deadline": job.due_ms,
        "variables": variables,
        "tenantId": TENANT,
        "kind": job_kind(core, job),
        "listenerEventType": "UNSPECIFIED",
        "tags": [],
        "userTask": None,
        "businessId": None,
        "priority": 0,
        "jobLeaseToken": job.lease,
        "physicalTenantId": "default",
    }


async def complete(request: Request) -> Response:
    """POST /jobs/{jobKey}/completion."""
    key = bodies.command_key(request, "jobKey")
    body = await bodies.read(request, COMPLETION, optional=True)
    result = _result(body["result"]) if "result" in body else worker_commands.NOTHING_MORE
    with request.app.state.engine.transaction() as core:
        worker_commands.require_lease(core, key, "COMPLETE", body.get("jobLeaseToken"))
        worker_commands.complete(core, key, body.get("variables", {}), result)
    return Response(status_code=204)


def _result(written: dict[str, Any]) -> AdHocResult:
    """A job's result, as far as it is one of an ad-hoc sub-process's job. Raises Problem."""
    result = bodies.properties(written, RESULT, "result.")
    return AdHocResult(
        wanted_elements(result.get("activateElements", ()), "result.activateElements"),
        result.get("isCompletionConditionFulfilled", False),
        result.get("isCancelRemainingInstances", False),
    )


async def fail(request: Request) -> Response:
    """POST /jobs/{jobKey}/failure; without a body there are no retries left."""
    key = bodies.command_key(request, "jobKey")
    body = await bodies.read(request, FAILURE, optional=True)
    with request.app.state.engine.transaction() as core:
        worker_commands.require_lease(core, key, "FAIL", body.get("jobLeaseToken"))
        worker_commands.fail(
            core,
            key,
            body.get("retries", 0),
            body.get("errorMessage"),
            body.get("retryBackOff", 0),
            body.get("variables", {}),
        )
    return Response(status_code=204)


async def throw_error(request: Request) -> Response:
    """POST /jobs/{jobKey}/error."""
    key = bodies.command_key(request, "jobKey")
    body = await bodies.read(request, ERROR)
    if not body.get("errorCode"):
        raise invalid("No errorCode provided.")
    with request.app.state.engine.transaction() as core:
        worker_commands.require_lease(core, key, "THROW_ERROR", body.get("jobLeaseToken"))
        worker_commands.error(core, key, body["errorCode"], body.get("errorMessage"), body.get("variables", {}))
    return Response(status_code=204)


async def update(request: Request) -> Response:
    """PATCH /jobs/{jobKey}."""
    key = bodies.command_key(request, "jobKey")
    body = await bodies.read(request, UPDATE)
    bodies.require_reference(body)
    changes = bodies.properties(body.get("changeset", {}), CHANGES, "changeset.")
    if not changes:
        raise invalid("At least one of [retries, timeout] is required.")
    with request.app.state.engine.transaction() as core:
        worker_commands.require_lease(core, key, "UPDATE", body.get("jobLeaseToken"))
        worker_commands.update(core, key, changes.get("retries"), changes.get("timeout"))
    return Response(status_code=204)
