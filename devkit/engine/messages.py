"""Messages: published to whoever waits, buffered for a while for whoever comes, each to one instance of a process."""

from __future__ import annotations

from devkit.engine.core import Core
from devkit.engine.correlations import Correlation
from devkit.engine.records import Message, StartSubscription, Subscription, Variables
from devkit.engine.rejection import Rejection

EXPIRES = "message"


def publish(
    core: Core, name: str, correlation_key: str, time_to_live_ms: int, message_id: str, variables: Variables
) -> int:
    """Publish a message and give its key. Raises Rejection if its id is taken by one that still lives."""
    if message_id and (name, correlation_key, message_id) in core.state.messages.ids:
        raise Rejection(
            "PUBLISH",
            "ALREADY_EXISTS",
            f"Expected to publish a new message with id '{message_id}', "
            "but a message with that id was already published",
        )
    due_ms = core.now_ms + max(0, time_to_live_ms)
    message = Message(core.state.next_key(), name, correlation_key, message_id, variables, due_ms)
    _deliver(core, message)
    if time_to_live_ms > 0:
        core.state.messages.add(message)
        core.state.schedule.add(due_ms, message.key, EXPIRES)
    return message.key


def correlate(core: Core, name: str, correlation_key: str, variables: Variables) -> tuple[int, int]:
    """Deliver a message now or never; gives its key and the process instance. Raises Rejection if nobody waits.

    A started instance is named before one that goes on.
    """
    message = Message(core.state.next_key(), name, correlation_key, "", variables, core.now_ms)
    continued, started = _deliver(core, message)
    instance_key = started or continued
    if not instance_key:
        raise Rejection(
            "CORRELATE",
            "NOT_FOUND",
            f"Expected to find subscription for message with name '{name}' and correlation key '{correlation_key}', "
            "but none was found.",
        )
    return message.key, instance_key


def _deliver(core: Core, message: Message) -> tuple[int, int]:
    """Give a message to waiting elements, then to start events; the first instance of each that got it, or 0."""
    continued = started = 0
    for subscription in core.state.message_subscriptions.waiting_for(message.name, message.correlation_key):
        if _give(core, message, subscription):
            continued = continued or subscription.process_instance_key
    for start in core.state.message_starts.waiting_for(message.name):
        instance_key = _start(core, message, start)
        started = started or instance_key
    return continued, started


def _give(core: Core, message: Message, subscription: Subscription) -> bool:
    """One instance of a process gets a message, the one that has waited longest."""
    if subscription.process_id in message.used_by:
        return False
    message.used_by.add(subscription.process_id)
    element = core.state.elements[subscription.element_key]
    _note(core, message, subscription, element.key, subscription.process_instance_key, element.definition_key)
    event = core.definition(element).nodes[subscription.event_id]
    if event.interrupting:
        core.state.message_subscriptions.close(subscription.element_key)
    core.enqueue("trigger", subscription.element_key, subscription.event_id, message.variables)
    return True


def _note(
    core: Core,
    message: Message,
    waiting: Subscription | StartSubscription,
    element_key: int,
    instance_key: int,
    definition_key: int,
) -> None:
    core.state.correlations.append(
        Correlation(
            message.key,
            message.name,
            message.correlation_key,
            waiting.key,
            waiting.event_id,
            element_key,
            instance_key,
            definition_key,
            core.now_ms,
        )
    )


def _start(core: Core, message: Message, start: StartSubscription) -> int:
    """Start an instance, unless one runs for the correlation key; its key, or 0."""
    definition = core.state.definition(start.definition_key)
    lock = (definition.process_id, message.correlation_key)
    if definition.process_id in message.used_by or (message.correlation_key and lock in core.state.start_locks):
        return 0
    message.used_by.add(definition.process_id)
    instance_key = core.state.next_key()
    _note(core, message, start, 0, instance_key, definition.key)
    if message.correlation_key:
        core.state.start_locks.take(lock, instance_key)
    core.enqueue(
        "start by event",
        definition.key,
        start.event_id,
        message.variables,
        message.correlation_key or None,
        instance_key,
    )
    return instance_key


def correlate_buffered(core: Core, subscription_key: int) -> None:
    """A subscription was opened: give it what is buffered, oldest first."""
    subscription = core.state.message_subscriptions.by_key.get(subscription_key)
    if subscription is None or subscription.correlation_key is None:
        return
    for message in core.state.messages.buffered(subscription.name, subscription.correlation_key):
        if subscription_key not in core.state.message_subscriptions.by_key:
            return
        _give(core, message, subscription)


def start_next(core: Core, process_id: str, correlation_key: str) -> None:
    """The instance that a message started has ended: start the next one, if a message for it is buffered."""
    core.state.start_locks.free((process_id, correlation_key))
    definition = core.state.latest(process_id)
    if definition is None:
        return
    waiting = [
        (message.key, message, start)
        for start in core.state.message_starts.of_definition(definition.key)
        for message in core.state.messages.buffered(start.name, correlation_key)
        if process_id not in message.used_by
    ]
    if waiting:
        _, message, start = min(waiting, key=lambda entry: entry[0])
        _start(core, message, start)


def on_expiry(core: Core, due_ms: int, key: int) -> None:
    """Called when a message's time to live is over."""
    if key in core.state.messages.by_key:
        core.state.messages.remove(key)
