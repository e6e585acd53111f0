"""Ad-hoc sub-processes: elements that a client wants to begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import activation
from devkit.engine.activation import Wanted
from devkit.engine.rest import bodies
from devkit.engine.rest.problems import invalid

ACTIVATION: bodies.Schema = {"elements": bodies.records, "cancelRemainingInstances": bodies.flag}
ELEMENT: bodies.Schema = {"elementId": bodies.text, "variables": bodies.record}


async def activate(request: Request) -> Response:
    """POST /element-instances/ad-hoc-activities/{adHocSubProcessInstanceKey}/activation."""
    key = bodies.command_key(request, "adHocSubProcessInstanceKey")
    body = await bodies.read(request, ACTIVATION)
    if not body.get("elements"):
        raise invalid("No elements provided.")
    wanted = wanted_elements(body["elements"], "elements")
    with request.app.state.engine.transaction() as core:
        activation.activate(core, key, wanted, cancel_remaining=body.get("cancelRemainingInstances", False))
    return Response(status_code=204)


def wanted_elements(written: Sequence[dict[str, Any]], place: str) -> Wanted:
    """Element ids with variables. Raises Problem."""
    read = [bodies.properties(element, ELEMENT, f"{place}.") for element in written]
    for index, element in enumerate(read):
        if not element.get("elementId"):
            raise invalid(f"No {place}[{index}].elementId provided.")
    return [(element["elementId"], element.get("variables", {})) for element in read]
