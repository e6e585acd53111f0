"""Deployments and deletion of what was deployed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import deployments
from devkit.engine.definitions import Definition
from devkit.engine.deployments import Resource
from devkit.engine.records import TENANT
from devkit.engine.rest import bodies
from devkit.engine.rest.problems import JsonResponse, bad_request

DELETION: bodies.Schema = {"operationReference": bodies.int64}


async def deploy(request: Request) -> Response:
    """POST /deployments: multipart/form-data, each file part a resource whatever the part is called."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(415)
    try:
        tenant, resources = await _parts(request)
    except bodies.TooLarge:
        return Response(status_code=413)
    except (MultiPartException, KeyError):
        raise bad_request("Failed to parse multipart servlet request") from None
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


async def _parts(request: Request) -> tuple[str, list[Resource]]:
    raw = await bodies.raw_body(request)

    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw

    form = await MultiPartParser(request.headers, stream()).parse()
    tenant, resources = "", []
    for name, part in form.multi_items():
        if isinstance(part, UploadFile):
            resources.append(Resource(part.filename or "", await part.read()))
        elif name == "tenantId":
            tenant = part
    await form.close()
    return tenant, resources


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
