"""Timers: due dates of events, and of start events; a cycle is due again an interval after it was triggered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devkit.engine.core import Core
from devkit.engine.definitions import Event
from devkit.engine.expressions import EXTRACT_VALUE_ERROR, Expression
from devkit.engine.records import Timer
from devkit.engine.rejection import Failure
from devkit.engine.timing import ENDLESS, parse_cycle, parse_date, parse_interval

DUE = "timer"
_WANTED = {
    "date": "one of '[DATE_TIME, STRING]'",
    "duration": "one of '[DURATION, PERIOD, STRING]'",
    "cycle": "'STRING'",
}


_FORMATS = {"date": "date-time"}


@dataclass(frozen=True, slots=True)
class Due:
    """When a timer is due for the first time; `repetitions` counts that one, −1 is without end."""

    due_ms: int
    repetitions: int = 1
    interval: str | None = None


def due(core: Core, event: Event, variables: Mapping[str, Any]) -> Due:
    """When an event's timer is due. Raises Failure for what is no time.

    As in Zeebe, a cycle of no repetitions is due once.
    """
    kind, expression = event.timer_kind, event.timer
    if kind is None or expression is None:
        raise Failure(EXTRACT_VALUE_ERROR, "Expected a timer with a date, a duration or a cycle")
    text = _text(core, kind, expression, variables)
    now_ms = core.now_ms
    try:
        if kind == "date":
            return Due(parse_date(text))
        if kind == "duration":
            return Due(parse_interval(text).after(now_ms))
        cycle = parse_cycle(text)
        first = cycle.start_ms if cycle.start_ms is not None else parse_interval(cycle.interval).after(now_ms)
        return Due(first, cycle.repetitions or 1, cycle.interval)
    except (ValueError, OverflowError, OSError) as error:
        if kind == "cycle":
            raise Failure(EXTRACT_VALUE_ERROR, str(error)) from error
        message = f"Invalid {_FORMATS.get(kind, kind)} format '{text}' for expression '{expression.text}'."
        raise Failure(EXTRACT_VALUE_ERROR, message) from error


def _text(core: Core, kind: str, expression: Expression, variables: Mapping[str, Any]) -> str:
    result = expression.evaluate(variables, core.clock)
    value = result.json()
    if not isinstance(value, str):
        raise result.failure(_WANTED[kind])
    return value


def create(core: Core, due: Due, event_id: str, definition_key: int, element_key: int = 0) -> None:
    """Set a timer for an element instance, or for a definition's start event."""
    timer = Timer(
        core.state.next_key(), due.due_ms, event_id, definition_key, element_key, due.repetitions, due.interval
    )
    core.state.timers[timer.key] = timer
    core.state.timers_of.setdefault(element_key or definition_key, []).append(timer.key)
    core.state.schedule.add(timer.due_ms, timer.key, DUE)


def cancel(core: Core, owner_key: int) -> None:
    """Forget the timers of an element instance, or of a definition."""
    for key in core.state.timers_of.pop(owner_key, ()):
        core.state.timers.pop(key, None)


def on_due(core: Core, due_ms: int, key: int) -> None:
    """Called when a timer is due; one that was cancelled is not there any more."""
    timer = core.state.timers.get(key)
    if timer is None or timer.due_ms != due_ms:
        return
    if timer.element_key:
        core.enqueue("trigger", timer.element_key, timer.event_id, None)
    else:
        core.enqueue("start by event", timer.definition_key, timer.event_id, {}, None)
    if timer.interval is None or timer.repetitions == 1:
        del core.state.timers[key]
        return
    if timer.repetitions != ENDLESS:
        timer.repetitions -= 1
    timer.due_ms = parse_interval(timer.interval).after(core.now_ms)
    core.state.schedule.add(timer.due_ms, key, DUE)
