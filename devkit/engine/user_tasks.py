"""User tasks of `zeebe:userTask`: assigned, given back, completed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devkit.engine.core import Core
from devkit.engine.records import ElementInstance, UserTask, Variables
from devkit.engine.rejection import Rejection

HIGHEST_PRIORITY = 100
ATTRIBUTES = {
    "candidateGroups": "candidate_groups",
    "candidateUsers": "candidate_users",
    "dueDate": "due_date",
    "followUpDate": "follow_up_date",
    "priority": "priority",
}
"""What an update may change, by the API's names."""


def _open_task(core: Core, key: int, intent: str, verb: str) -> UserTask:
    task = core.state.user_tasks.get(key)
    if task is None or task.state != "CREATED":
        raise Rejection(
            intent, "NOT_FOUND", f"Expected to {verb} user task with key '{key}', but no such user task was found"
        )
    return task


def assign(core: Core, key: int, assignee: str, *, allow_override: bool) -> None:
    """Give a task to somebody. Raises Rejection if it has an assignee and may not be taken over."""
    task = _open_task(core, key, "ASSIGN" if allow_override else "CLAIM", "assign" if allow_override else "claim")
    if not allow_override and task.assignee is not None and task.assignee != assignee:
        raise Rejection(
            "CLAIM",
            "INVALID_STATE",
            f"Expected to claim user task with key '{key}', but it has already been assigned",
        )
    task.assignee = assignee


def unassign(core: Core, key: int) -> None:
    """Nobody has the task any more. Raises Rejection."""
    _open_task(core, key, "ASSIGN", "assign").assignee = None


def update(core: Core, key: int, changes: Mapping[str, Any]) -> None:
    """Change attributes of a task; what is None stays, an empty date is none. Raises Rejection."""
    task = _open_task(core, key, "UPDATE", "update")
    for name, attribute in ATTRIBUTES.items():
        value = changes.get(name)
        if value is not None:
            setattr(task, attribute, None if value == "" else value)


def complete(core: Core, key: int, variables: Variables) -> None:
    """The task is done. Raises Rejection."""
    task = _open_task(core, key, "COMPLETE", "complete")
    task.state = "COMPLETED"
    core.state.elements[task.element_key].payload = variables
    core.enqueue("complete", task.element_key)


def cancel(core: Core, instance: ElementInstance) -> None:
    """The element went away, and its task with it, unless that is done."""
    task = None if instance.user_task_key is None else core.state.user_tasks.get(instance.user_task_key)
    if task is not None and task.state == "CREATED":
        task.state = "CANCELED"
