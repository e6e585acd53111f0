"""Process instances: creation (with or without waiting for the result), cancellation, variables, incidents."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import incidents, instances
from devkit.engine.definitions import Definition
from devkit.engine.records import TENANT, ElementInstance, Variables
from devkit.engine.rest import bodies
from devkit.engine.rest.problems import JsonResponse, Problem, bad_request, invalid

DEFAULT_AWAIT_MS = 15_000
"""How long a creation that awaits the result waits if it does not say."""

CREATION: bodies.Schema = {
    "processDefinitionId": bodies.text,
    "processDefinitionKey": bodies.key,
    "processDefinitionVersion": bodies.int32,
    "variables": bodies.record,
    "tenantId": bodies.text,
    "startInstructions": bodies.records,
    "awaitCompletion": bodies.flag,
    "requestTimeout": bodies.int64,
    "fetchVariables": bodies.texts,
    "operationReference": bodies.int64,
    "tags": bodies.texts,
    "businessId": bodies.text,
}
CANCELLATION: bodies.Schema = {"operationReference": bodies.int64}
VARIABLES: bodies.Schema = {
    "variables": bodies.record,
    "local": bodies.flag,
    "operationReference": bodies.int64,
}


def _check_creation(body: dict[str, Any]) -> None:
    named = [name for name in ("processDefinitionId", "processDefinitionKey") if name in body]
    if not named:
        raise invalid("At least one of [processDefinitionId, processDefinitionKey] is required.")
    if len(named) > 1:
        raise invalid("Only one of [processDefinitionId, processDefinitionKey] is allowed.")
    bodies.require_reference(body)
    bodies.require_tenant(body, "Create Process Instance")


async def create(request: Request) -> Response:
    """POST /process-instances."""
    body = await bodies.read(request, CREATION)
    _check_creation(body)
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Variables | None] = loop.create_future()

    def then(variables: Variables | None) -> None:
        loop.call_soon_threadsafe(_set_result, result, variables)

    with request.app.state.engine.transaction() as core:
        definition = instances.definition_to_start(
            core,
            body.get("processDefinitionId"),
            body.get("processDefinitionKey"),
            body.get("processDefinitionVersion", -1),
        )
        start_at = [_element_id(instruction) for instruction in body.get("startInstructions", ())]
        instance = instances.create(core, definition, body.get("variables", {}), start_at, body.get("businessId"))
        if body.get("awaitCompletion"):
            core.results[instance.key] = then
    variables: Variables = {}
    if body.get("awaitCompletion"):
        try:
            variables = await _result(body, instance.key, result, request.app.state.stopping)
        finally:
            core.results.pop(instance.key, None)
    return JsonResponse(_created(definition, instance, variables, body.get("tags", [])))


def _set_result(result: asyncio.Future[Variables | None], variables: Variables | None) -> None:
    if not result.done():
        result.set_result(variables)


def _element_id(instruction: dict[str, Any]) -> str:
    try:
        return bodies.text(instruction["elementId"])
    except (KeyError, ValueError):
        raise bad_request("Request property [startInstructions.elementId] cannot be parsed") from None


async def _result(
    body: dict[str, Any], key: int, result: asyncio.Future[Variables | None], stopping: asyncio.Future[None]
) -> Variables:
    timeout_ms = body.get("requestTimeout", 0)
    seconds = (timeout_ms if timeout_ms > 0 else DEFAULT_AWAIT_MS) / 1000
    await asyncio.wait((result, stopping), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    if not result.done():
        stopped = "the development engine has stopped"
        raise _no_result(stopped if stopping.done() else "request timed out between gateway and broker")
    variables = result.result()
    if variables is None:
        raise _no_result(f"process instance with key '{key}' was cancelled")
    wanted = body.get("fetchVariables")
    return {name: variables[name] for name in wanted if name in variables} if wanted else variables


def _no_result(reason: str) -> Problem:
    """A cancelled instance has the same status: Zeebe lets whoever waits run into the time-out."""
    return Problem(504, "DEADLINE_EXCEEDED", f"Expected to handle REST API request, but {reason}")


def _created(
    definition: Definition, instance: ElementInstance, variables: Variables, tags: list[str]
) -> dict[str, Any]:
    return {
        "processDefinitionId": definition.process_id,
        "processDefinitionVersion": definition.version,
        "processDefinitionKey": str(definition.key),
        "processInstanceKey": str(instance.key),
        "tenantId": TENANT,
        "variables": variables,
        "tags": tags,
        "businessId": instance.business_id,
    }


async def cancel(request: Request) -> Response:
    """POST /process-instances/{processInstanceKey}/cancellation."""
    key = bodies.command_key(request, "processInstanceKey")
    bodies.require_reference(await bodies.read(request, CANCELLATION, optional=True))
    with request.app.state.engine.transaction() as core:
        instances.cancel(core, key)
    return Response(status_code=204)


async def set_variables(request: Request) -> Response:
    """PUT /element-instances/{elementInstanceKey}/variables."""
    key = bodies.command_key(request, "elementInstanceKey")
    body = await bodies.read(request, VARIABLES)
    if not body.get("variables"):
        raise invalid("No variables provided.")
    bodies.require_reference(body)
    with request.app.state.engine.transaction() as core:
        instances.set_variables(core, key, body["variables"], local=body.get("local", False))
    return Response(status_code=204)


async def resolve_incident(request: Request) -> Response:
    """POST /incidents/{incidentKey}/resolution."""
    key = bodies.command_key(request, "incidentKey")
    if "content-type" not in request.headers:
        raise HTTPException(415)
    bodies.require_reference(await bodies.read(request, CANCELLATION, optional=True))
    with request.app.state.engine.transaction() as core:
        incidents.resolve(core, key)
    return Response(status_code=204)
