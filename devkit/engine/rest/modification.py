"""Modification of a process instance."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import modification
from devkit.engine.modification import Activation
from devkit.engine.rest import bodies
from devkit.engine.rest.problems import invalid

MODIFICATION: bodies.Schema = {
    "activateInstructions": bodies.records,
    "terminateInstructions": bodies.records,
    "operationReference": bodies.int64,
}
ACTIVATE: bodies.Schema = {
    "elementId": bodies.text,
    "ancestorElementInstanceKey": bodies.key,
    "variableInstructions": bodies.records,
}
VARIABLES: bodies.Schema = {"variables": bodies.record, "scopeId": bodies.text}
TERMINATE: bodies.Schema = {"elementInstanceKey": bodies.key, "elementId": bodies.text}


async def modify(request: Request) -> Response:
    """POST /process-instances/{processInstanceKey}/modification."""
    key = bodies.command_key(request, "processInstanceKey")
    body = await bodies.read(request, MODIFICATION)
    activations = [_activation(written) for written in body.get("activateInstructions", ())]
    ended = [_ended(written) for written in body.get("terminateInstructions", ())]
    bodies.require_reference(body)
    with request.app.state.engine.transaction() as core:
        modification.modify(core, key, activations, ended)
    return Response(status_code=204)


def _activation(written: dict[str, Any]) -> Activation:
    """Raises Problem."""
    read = bodies.properties(written, ACTIVATE, "activateInstructions.")
    if not read.get("elementId"):
        raise invalid("No elementId provided.")
    place = "activateInstructions.variableInstructions."
    given = [bodies.properties(one, VARIABLES, place) for one in read.get("variableInstructions", ())]
    if any("variables" not in one for one in given):
        raise invalid("No variables provided.")
    variables = [(one.get("scopeId", ""), one["variables"]) for one in given]
    return Activation(read["elementId"], max(0, read.get("ancestorElementInstanceKey", 0)), variables)


def _ended(written: dict[str, Any]) -> int | str:
    """A key, or (since 8.9) the id of elements. Raises Problem."""
    read = bodies.properties(written, TERMINATE, "terminateInstructions.")
    ended: int | str | None = read.get("elementInstanceKey") or read.get("elementId")
    if not ended:
        raise invalid("No elementInstanceKey provided.")
    return ended
