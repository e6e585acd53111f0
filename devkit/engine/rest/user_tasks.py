"""User tasks: assignment and completion."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine import user_tasks
from devkit.engine.rest import bodies
from devkit.engine.rest.problems import invalid
from devkit.engine.timing import parse_date

ASSIGNMENT: bodies.Schema = {"assignee": bodies.text, "allowOverride": bodies.flag, "action": bodies.text}
UPDATE: bodies.Schema = {"changeset": bodies.record, "action": bodies.text}
CHANGES: bodies.Schema = {
    **dict.fromkeys(("candidateGroups", "candidateUsers"), bodies.texts),
    **dict.fromkeys(("dueDate", "followUpDate"), bodies.text),
    "priority": bodies.int32,
}
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


async def update(request: Request) -> Response:
    """PATCH /user-tasks/{userTaskKey}: other attributes than those of a changeset are ignored."""
    key = bodies.command_key(request, "userTaskKey")
    body = await bodies.read(request, UPDATE, optional=True)
    known = {name: value for name, value in body.get("changeset", {}).items() if name in CHANGES}
    changes = bodies.properties(known, CHANGES, "changeset.")
    if not changes and not body.get("action"):
        raise invalid("No update data provided.")
    for name in ("dueDate", "followUpDate"):
        if changes.get(name):
            _require_date(name, changes[name])
    if not 0 <= changes.get("priority", 0) <= user_tasks.HIGHEST_PRIORITY:
        raise invalid(f"The value for priority is '{changes['priority']}' but must be within the [0,100] range.")
    with request.app.state.engine.transaction() as core:
        user_tasks.update(core, key, changes)
    return Response(status_code=204)


def _require_date(name: str, written: str) -> None:
    try:
        parse_date(written)
    except (ValueError, OverflowError):
        raise invalid(
            f"The provided {name} '{written}' cannot be parsed as a date according to RFC 3339, section 5.6."
        ) from None


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
