"""What an engine that starts on stored records makes of them: the indexes, and what is due when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from devkit.engine import jobs, messages, timers
from devkit.engine.records import ElementInstance, Job
from devkit.engine.state import State

Record = TypeVar("Record")


def rebuild(state: State) -> None:
    """Build everything that is not a family from the families. Keys grow, so that their order is that of creation."""
    for definition in _in_order(state.definitions):
        process_id = definition.process_id
        state.last_version[process_id] = max(definition.version, state.last_version.get(process_id, 0))
        if not definition.deleted:
            state.versions.setdefault(process_id, []).append(definition.key)
    _rebuild_elements(state)
    for job in _in_order(state.jobs):
        _offer_or_schedule(state, job)
    for incident in _in_order(state.incidents):
        state.incidents_of.setdefault(incident.process_instance_key, []).append(incident.key)
    _rebuild_indexes(state)


def _rebuild_indexes(state: State) -> None:
    """What is found by name, by owner or by time."""
    for message in _in_order(state.messages.by_key):
        state.messages.index(message)
        state.schedule.add(message.due_ms, message.key, messages.EXPIRES)
    for subscriptions in (state.message_subscriptions, state.signal_subscriptions):
        for subscription in _in_order(subscriptions.by_key):
            subscriptions.index(subscription)
    for starts in (state.message_starts, state.signal_starts):
        for start in _in_order(starts.by_key):
            starts.index(start)
    for document in state.documents.values():
        state.document_keys[document.id] = document.key
    for instance_key in sorted(state.start_locks.by_instance):
        state.start_locks.index(instance_key)
    for timer in _in_order(state.timers):
        state.timers_of.setdefault(timer.element_key or timer.definition_key, []).append(timer.key)
        state.schedule.add(timer.due_ms, timer.key, timers.DUE)


def _in_order(family: Mapping[int, Record]) -> list[Record]:
    return [record for _, record in sorted(family.items(), key=lambda entry: entry[0])]


def _rebuild_elements(state: State) -> None:
    """Of what ended in one millisecond, the called instance goes before its caller."""
    ended: list[ElementInstance] = []
    for element in _in_order(state.elements):
        state.of_instance.setdefault(element.process_instance_key, []).append(element.key)
        if not element.scope_key and element.ended_ms is not None:
            ended.append(element)
    state.ended.extend(
        element.key for element in sorted(ended, key=lambda element: (element.ended_ms or 0, -element.key))
    )


def _offer_or_schedule(state: State, job: Job) -> None:
    if job.state == "ACTIVATABLE":
        state.available.add(job)
    elif job.state == "ACTIVATED":
        state.schedule.add(job.due_ms, job.key, jobs.LOCK)
    elif job.state == "FAILED" and job.due_ms:
        state.schedule.add(job.due_ms, job.key, jobs.BACK_OFF)
