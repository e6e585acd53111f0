"""What an element instance waits for: its own event, the boundary events at it, the event sub-processes inside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from devkit.engine import timers
from devkit.engine.core import Core
from devkit.engine.definitions import Event, Node
from devkit.engine.expressions import EXTRACT_VALUE_ERROR, with_warnings
from devkit.engine.records import ElementInstance, Subscription
from devkit.engine.rejection import Failure
from devkit.engine.variables import visible


@dataclass(frozen=True, slots=True)
class _Wish:
    """An event to wait for, evaluated."""

    event_id: str
    name: str | None = None
    correlation_key: str | None = None
    due: timers.Due | None = None


def wait_for(core: Core, instance: ElementInstance, event_ids: Collection[str]) -> None:
    """Open subscriptions and timers for events. Raises Failure before anything was opened.

    Errors, escalations and the like need none: they are looked for when they are thrown.
    """
    if not event_ids:
        return
    nodes = core.nodes[instance.definition_key]
    variables = visible(core, instance.key)
    wishes = [wish for event_id in event_ids if (wish := _wish(core, nodes[event_id], variables)) is not None]
    for wish in wishes:
        if wish.due is not None:
            timers.create(core, wish.due, wish.event_id, instance.definition_key, instance.key)
        elif wish.name is not None:
            _open(core, instance, wish.event_id, wish.name, wish.correlation_key)


def wait_at(core: Core, instance: ElementInstance, node: Node) -> None:
    """Wait for the boundary events at an activity. Raises Failure."""
    if node.boundary:
        wait_for(core, instance, node.boundary)


def stop_waiting(core: Core, instance: ElementInstance) -> None:
    """Close everything that an element instance waits for."""
    state, key = core.state, instance.key
    if key in state.message_subscriptions.by_element:
        state.message_subscriptions.close(key)
    if key in state.signal_subscriptions.by_element:
        state.signal_subscriptions.close(key)
    if key in state.timers_of:
        timers.cancel(core, key)


def _wish(core: Core, node: Node, variables: Mapping[str, Any]) -> _Wish | None:
    event = node.event
    if event is None:
        return None
    if event.kind == "timer":
        return _Wish(node.id, due=timers.due(core, event, variables))
    if event.kind == "signal" and event.name is not None:
        return _Wish(node.id, event.name.text_value(variables, core.clock))
    if event.kind == "message" and event.name is not None:
        name = event.name.text_value(variables, core.clock)
        return _Wish(node.id, name, _correlation_key(core, event, variables))
    return None


def _correlation_key(core: Core, event: Event, variables: Mapping[str, Any]) -> str:
    """Text as it is, a number as the text of its whole part. Raises Failure for anything else."""
    if event.correlation_key is None:
        return ""
    result = event.correlation_key.evaluate(variables, core.clock)
    if result.kind == "STRING":
        return str(result.value)
    if result.kind == "NUMBER":
        return str(int(result.value))
    message = (
        f"Failed to extract the correlation key for '{result.text}': "
        f"The value must be either a string or a number, but was '{result.kind}'."
    )
    raise Failure(EXTRACT_VALUE_ERROR, with_warnings(message, result.warnings))


def _open(core: Core, instance: ElementInstance, event_id: str, name: str, correlation_key: str | None) -> None:
    subscription = Subscription(
        core.state.next_key(),
        name,
        correlation_key,
        instance.key,
        event_id,
        instance.process_instance_key,
        core.definition(instance).process_id,
    )
    if correlation_key is None:
        core.state.signal_subscriptions.add(subscription)
    else:
        core.state.message_subscriptions.add(subscription)
        core.enqueue("correlate buffered", subscription.key)
