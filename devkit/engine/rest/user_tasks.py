"""User tasks: assignment and completion."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import user_tasks
from devkit.engine.rest import bodies
from devkit.engine.rest.problems import invalid

ASSIGNMENT: bodies.Schema = {"assignee": bodies.text, "allowOverride": bodies.flag, "action": bodies.text}
COMPLETION: bodies.Schema = {"variables": bodies.record, "action": bodies.text}


async def assign(request: Request) -> Response:
    """POST /user-tasks/{userTaskKey}/assignment."""
    key = bodies.command_key(request, "userTaskKey")
    body = await bodies.read(request, ASSIGNMENT)
    if not body.get("assignee"):
        raise invalid("No assignee provided")
    with request.app.state.engine.transaction() as core:
        user_tasks.assign(core, key, body["assignee"], allow_override=body.get("allowOverride", True))
    return Response(status_code=204)


async def unassign(request: Request) -> Response:
    """DELETE /user-tasks/{userTaskKey}/assignee."""
    key = bodies.command_key(request, "userTaskKey")
    with request.app.state.engine.transaction() as core:
        user_tasks.unassign(core, key)
    return Response(status_code=204)


async def complete(request: Request) -> Response:
    """POST /user-tasks/{userTaskKey}/completion."""
    key = bodies.command_key(request, "userTaskKey")
    body = await bodies.read(request, COMPLETION, optional=True)
    with request.app.state.engine.transaction() as core:
        user_tasks.complete(core, key, body.get("variables", {}))
    return Response(status_code=204)
