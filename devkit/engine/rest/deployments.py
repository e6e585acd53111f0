"""Deployments and deletion of what was deployed."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import deployments
from devkit.engine.definitions import Definition
from devkit.engine.deployments import Resource
from devkit.engine.records import TENANT
from devkit.engine.rest import bodies, forms
from devkit.engine.rest.problems import JsonResponse, bad_request

DELETION: bodies.Schema = {"operationReference": bodies.int64}


async def deploy(request: Request) -> Response:
    """POST /deployments: multipart/form-data, each file part a resource whatever the part is called."""
    try:
        parts = await forms.read(request, bodies.MAX_BODY_BYTES)
    except bodies.TooLarge:
        return Response(status_code=413)
    resources = [Resource(part.file_name, part.content) for part in parts if part.file_name is not None]
    tenant = next((part.text for part in reversed(parts) if part.file_name is None and part.name == "tenantId"), "")
    if not resources:
        raise bad_request("Required part 'resources' is not present.")
    bodies.require_tenant({"tenantId": tenant}, "Deploy Resources")
    with request.app.state.engine.transaction() as core:
        key, definitions = deployments.deploy(core, resources)
    return JsonResponse(
        {
            "deploymentKey": str(key),
            "tenantId": TENANT,
            "deployments": [
                {
                    "processDefinition": _deployed(definition),
                    "decisionDefinition": None,
                    "decisionRequirements": None,
                    "form": None,
                    "resource": None,
                }
                for definition in definitions
            ],
        }
    )


def _deployed(definition: Definition) -> dict[str, Any]:
    return {
        "processDefinitionId": definition.process_id,
        "processDefinitionVersion": definition.version,
        "processDefinitionKey": str(definition.key),
        "resourceName": definition.resource_name,
        "tenantId": TENANT,
    }


async def delete(request: Request) -> Response:
    """POST /resources/{resourceKey}/deletion."""
    key = bodies.command_key(request, "resourceKey")
    bodies.require_reference(await bodies.read(request, DELETION, optional=True))
    with request.app.state.engine.transaction() as core:
        deployments.delete(core, key)
    return Response(status_code=204)
