"""What people look at beside the searches: counts by element, the flows that were taken, who called whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine.core import Core
from devkit.engine.records import TENANT, ElementInstance
from devkit.engine.rest import bodies
from devkit.engine.rest.items import hierarchy
from devkit.engine.rest.problems import JsonResponse, Problem

STATISTICS: bodies.Schema = {"filter": bodies.record}
_COUNTED = {"COMPLETED": "completed", "TERMINATED": "canceled"}


def _statistics(core: Core, elements: Iterable[ElementInstance]) -> list[dict[str, Any]]:
    """How often each element is active, was completed or cancelled, and has an incident."""
    counts: dict[str, Counter[str]] = {}
    for element in elements:
        if not element.scope_key:
            continue
        of = counts.setdefault(element.element_id, Counter())
        if element.incident_key is not None:
            of["incidents"] += 1
        else:
            of[_COUNTED.get(element.state, "active")] += 1
    names = ("active", "canceled", "completed", "incidents")
    return [{"elementId": identity, **{name: of[name] for name in names}} for identity, of in counts.items()]


def _instance(core: Core, key: int) -> ElementInstance | None:
    """A process instance to read."""
    instance = core.state.elements.peek(key)
    return None if instance is None or instance.scope_key else instance


async def of_definition(request: Request) -> Response:
    """POST /process-definitions/{processDefinitionKey}/statistics/element-instances."""
    key = bodies.path_key(request, "processDefinitionKey")
    await bodies.read(request, STATISTICS, optional=True)
    with request.app.state.engine.reading() as core:
        found = _statistics(core, [one for one in core.state.elements.values() if one.definition_key == key])
    return JsonResponse({"items": found})


async def of_instance(request: Request) -> Response:
    """GET /process-instances/{processInstanceKey}/statistics/element-instances; nothing, if there is no instance."""
    key = bodies.path_key(request, "processInstanceKey")
    with request.app.state.engine.reading() as core:
        found = _statistics(core, core.state.elements_of(key))
    return JsonResponse({"items": found})


async def sequence_flows(request: Request) -> Response:
    """GET /process-instances/{processInstanceKey}/sequence-flows; none, if there is no instance."""
    key = bodies.path_key(request, "processInstanceKey")
    with request.app.state.engine.reading() as core:
        instance = _instance(core, key)
        items = [] if instance is None else [_flow(core, instance, flow) for flow in instance.taken or ()]
    return JsonResponse({"items": items})


def _flow(core: Core, instance: ElementInstance, flow: str) -> dict[str, Any]:
    of = core.definition(instance)
    return {
        "sequenceFlowId": f"{instance.key}_{flow}",
        "processInstanceKey": str(instance.key),
        "rootProcessInstanceKey": str(hierarchy(core, instance.key)[0].key),
        "processDefinitionKey": str(of.key),
        "processDefinitionId": of.process_id,
        "elementId": flow,
        "tenantId": TENANT,
    }


async def call_hierarchy(request: Request) -> Response:
    """GET /process-instances/{processInstanceKey}/call-hierarchy. Raises Problem."""
    key = bodies.path_key(request, "processInstanceKey")
    with request.app.state.engine.reading() as core:
        called = _instance(core, key)
        if called is None:
            raise Problem(404, "NOT_FOUND", f"Process instance with key '{key}' not found")
        entries = [
            {
                "processInstanceKey": str(instance.key),
                "processDefinitionKey": str(instance.definition_key),
                "processDefinitionName": core.definition(instance).name or instance.element_id,
            }
            for instance in hierarchy(core, called.key)
        ]
    return JsonResponse(entries)


ROUTES = (
    ("POST", "/process-definitions/{processDefinitionKey}/statistics/element-instances", of_definition),
    ("GET", "/process-instances/{processInstanceKey}/statistics/element-instances", of_instance),
    ("GET", "/process-instances/{processInstanceKey}/sequence-flows", sequence_flows),
    ("GET", "/process-instances/{processInstanceKey}/call-hierarchy", call_hierarchy),
)
