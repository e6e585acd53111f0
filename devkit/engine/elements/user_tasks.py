"""User tasks: of `zeebe:userTask`, which people do, or jobs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from devkit.engine import records
from devkit.engine.core import Core
from devkit.engine.definitions import Node
from devkit.engine.elements.activities import JobTask, open_boundary
from devkit.engine.expressions import EXTRACT_VALUE_ERROR, Expression, Result
from devkit.engine.records import ElementInstance
from devkit.engine.rejection import Failure
from devkit.engine.timing import parse_date
from devkit.engine.user_tasks import HIGHEST_PRIORITY
from devkit.engine.variables import map_inputs, visible


class UserTask(JobTask):
    """A person's task; without `zeebe:userTask` it is a job."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        if not node.is_user_task:
            super().activate(core, instance, node)
            return
        map_inputs(core, instance, node)
        said = _evaluated(core, node.user_task, visible(core, instance.key))
        open_boundary(core, instance, node)
        task = records.UserTask(
            core.state.next_key(),
            instance.key,
            instance.element_id,
            instance.process_instance_key,
            instance.definition_key,
            core.now_ms,
            said.get("assignee"),
            said.get("candidateGroups") or [],
            said.get("candidateUsers") or [],
            due_date=said.get("dueDate"),
            follow_up_date=said.get("followUpDate"),
            priority=said.get("priority", records.DEFAULT_PRIORITY),
            external_form=said.get("externalReference"),
        )
        core.state.user_tasks[task.key] = task
        instance.user_task_key = task.key
        instance.state = "ACTIVE"


def _evaluated(core: Core, texts: Mapping[str, Expression], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Failure for a value of the wrong kind."""
    return {name: _READERS[name](text.evaluate(variables, core.clock)) for name, text in texts.items()}


def _text(result: Result) -> str | None:
    if result.kind not in ("STRING", "NULL"):
        raise result.failure("'STRING'")
    text: str | None = result.value
    return text


def _texts(result: Result) -> list[str] | None:
    if result.value is None:
        return None
    if not isinstance(result.value, list):
        raise result.failure("'ARRAY'")
    if not all(isinstance(item, str) for item in result.value):
        raise Failure(
            EXTRACT_VALUE_ERROR,
            f"Expected result of the expression '{result.text}' to be 'ARRAY' containing 'STRING' items, "
            "but was 'ARRAY' containing at least one non-'STRING' item.",
        )
    return list(result.value)


def _date(result: Result) -> str | None:
    value = result.json()
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise result.failure("one of '[DATE_TIME, STRING]'")
    try:
        parse_date(value)
    except (ValueError, OverflowError) as error:
        message = f"Invalid date-time format '{value}' for expression '{result.text}'."
        raise Failure(EXTRACT_VALUE_ERROR, message) from error
    return value


def _priority(result: Result) -> int:
    value = result.value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)  # a static text, which was looked at when it was deployed
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise result.failure("'NUMBER'")
    if not 0 <= int(value) <= HIGHEST_PRIORITY:
        raise Failure(
            EXTRACT_VALUE_ERROR, f"Expected priority to be in the range [0,{HIGHEST_PRIORITY}] but was '{int(value)}'."
        )
    return int(value)


_READERS = {
    **dict.fromkeys(("assignee", "externalReference"), _text),
    **dict.fromkeys(("candidateGroups", "candidateUsers"), _texts),
    **dict.fromkeys(("dueDate", "followUpDate"), _date),
    "priority": _priority,
}
