"""Signals: told to everybody who waits, and to every start event that knows the name."""

from __future__ import annotations

from devkit.engine.core import Core
from devkit.engine.records import Variables


def broadcast(core: Core, name: str, variables: Variables) -> None:
    """Tell everybody."""
    for subscription in core.state.signal_subscriptions.waiting_for(name, None):
        core.enqueue("trigger", subscription.element_key, subscription.event_id, variables)
    for start in core.state.signal_starts.waiting_for(name):
        core.enqueue("start by event", start.definition_key, start.event_id, variables, None)
