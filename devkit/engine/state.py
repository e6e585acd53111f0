"""Everything the engine remembers: records by key, and the indexes over them.

A record is changed only after it was taken from its family, so that a storage can follow every change; indexes hold
keys. What is an index, or a due date, is rebuilt from the families when an engine starts on stored records.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator

from devkit.engine.correlations import none_yet
from devkit.engine.definitions import Definition
from devkit.engine.families import Family, FamilyOf, in_memory
from devkit.engine.records import (
    Document,
    ElementInstance,
    Incident,
    Job,
    Message,
    StartSubscription,
    Subscription,
    Timer,
    UserTask,
    Variables,
)
from devkit.engine.schedule import Schedule

FIRST_KEY = 2251799813685249
"""Keys carry their partition in the upper bits; this is the first key of partition 1."""
KEPT_INSTANCES = 10_000
"""How many ended process instances the searches still find; older ones are forgotten."""


class Available:
    """The keys of the jobs that may be handed out, by type, oldest first."""

    def __init__(self) -> None:
        self._heaps: dict[str, list[int]] = {}
        self._waiting: dict[str, set[int]] = {}

    def add(self, job: Job) -> None:
        waiting = self._waiting.setdefault(job.type, set())
        if job.key not in waiting:
            waiting.add(job.key)
            heapq.heappush(self._heaps.setdefault(job.type, []), job.key)

    def discard(self, job: Job) -> None:
        self._waiting.get(job.type, set()).discard(job.key)

    def take(self, job_type: str) -> int | None:
        """The oldest key of a type, removed."""
        heap, waiting = self._heaps.get(job_type, []), self._waiting.get(job_type, set())
        while heap:
            key = heapq.heappop(heap)
            if key in waiting:
                waiting.remove(key)
                return key
        self._heaps.pop(job_type, None)
        self._waiting.pop(job_type, None)
        return None


class Subscriptions:
    """Open subscriptions of elements, by what they wait for and by who waits; both oldest first."""

    def __init__(self, by_key: Family[int, Subscription]) -> None:
        self.by_key = by_key
        self._by_name: dict[tuple[str, str | None], dict[int, None]] = {}
        self.by_element: dict[int, list[int]] = {}

    def add(self, subscription: Subscription) -> None:
        self.by_key[subscription.key] = subscription
        self.index(subscription)

    def index(self, subscription: Subscription) -> None:
        place = (subscription.name, subscription.correlation_key)
        self._by_name.setdefault(place, {})[subscription.key] = None
        self.by_element.setdefault(subscription.element_key, []).append(subscription.key)

    def waiting_for(self, name: str, correlation_key: str | None) -> list[Subscription]:
        return [self.by_key[key] for key in self._by_name.get((name, correlation_key), ())]

    def close(self, element_key: int) -> None:
        """Forget everything that an element waits for."""
        for key in self.by_element.pop(element_key, ()):
            subscription = self.by_key.pop(key)
            place = (subscription.name, subscription.correlation_key)
            waiting = self._by_name[place]
            del waiting[key]
            if not waiting:
                del self._by_name[place]


class Starts:
    """Start events of the latest definitions, by what they wait for; oldest first."""

    def __init__(self, by_key: Family[int, StartSubscription]) -> None:
        self.by_key = by_key
        self._by_name: dict[str, dict[int, None]] = {}

    def add(self, start: StartSubscription) -> None:
        self.by_key[start.key] = start
        self.index(start)

    def index(self, start: StartSubscription) -> None:
        self._by_name.setdefault(start.name, {})[start.key] = None

    def waiting_for(self, name: str) -> list[StartSubscription]:
        return [self.by_key[key] for key in self._by_name.get(name, ())]

    def of_definition(self, definition_key: int) -> list[StartSubscription]:
        return [start for start in self.by_key.values() if start.definition_key == definition_key]

    def close(self, definition_key: int) -> None:
        """Forget the start events of a definition."""
        for start in self.of_definition(definition_key):
            del self.by_key[start.key]
            del self._by_name[start.name][start.key]
            if not self._by_name[start.name]:
                del self._by_name[start.name]


class StartLocks:
    """Which instance runs for a process id and the correlation key of its start message."""

    def __init__(self, by_instance: Family[int, tuple[str, str]]) -> None:
        self.by_instance = by_instance
        self._holder: dict[tuple[str, str], int] = {}

    def __contains__(self, place: tuple[str, str]) -> bool:
        return place in self._holder

    def take(self, place: tuple[str, str], instance_key: int) -> None:
        self.by_instance[instance_key] = place
        self.index(instance_key)

    def index(self, instance_key: int) -> None:
        self._holder[self.by_instance[instance_key]] = instance_key

    def free(self, place: tuple[str, str]) -> None:
        instance_key = self._holder.pop(place, None)
        if instance_key is not None:
            del self.by_instance[instance_key]


class Messages:
    """Buffered messages, oldest first for each name and correlation key, and the ids that are taken."""

    def __init__(self, by_key: Family[int, Message]) -> None:
        self.by_key = by_key
        self.ids: dict[tuple[str, str, str], int] = {}
        self._by_name: dict[tuple[str, str], dict[int, None]] = {}

    def add(self, message: Message) -> None:
        self.by_key[message.key] = message
        self.index(message)

    def index(self, message: Message) -> None:
        self._by_name.setdefault((message.name, message.correlation_key), {})[message.key] = None
        if message.message_id:
            self.ids[message.name, message.correlation_key, message.message_id] = message.key

    def buffered(self, name: str, correlation_key: str) -> list[Message]:
        return [self.by_key[key] for key in self._by_name.get((name, correlation_key), ())]

    def remove(self, key: int) -> None:
        message = self.by_key.pop(key)
        place = (message.name, message.correlation_key)
        del self._by_name[place][key]
        if not self._by_name[place]:
            del self._by_name[place]
        self.ids.pop((message.name, message.correlation_key, message.message_id), None)


class State:
    """The families. Ended elements, jobs and incidents stay until their process instance is forgotten."""

    def __init__(self, family: FamilyOf = in_memory) -> None:
        self.last_key = FIRST_KEY - 1
        self.definitions: Family[int, Definition] = family("definitions")
        self.versions: dict[str, list[int]] = {}
        """Definition keys of a process id, oldest first; without deleted ones."""
        self.last_version: dict[str, int] = {}
        """The highest version number ever given to a process id."""
        self.elements: Family[int, ElementInstance] = family("elements")
        self.of_instance: dict[int, list[int]] = {}
        """Element instance keys by process instance, in the order in which they were entered."""
        self.variables: Family[int, Variables] = family("variables")
        self.jobs: Family[int, Job] = family("jobs")
        self.available = Available()
        self.incidents: Family[int, Incident] = family("incidents")
        self.incidents_of: dict[int, list[int]] = {}
        """Incident keys by process instance."""
        self.user_tasks: Family[int, UserTask] = family("user_tasks")
        self.messages = Messages(family("messages"))
        self.message_subscriptions = Subscriptions(family("message_subscriptions"))
        self.signal_subscriptions = Subscriptions(family("signal_subscriptions"))
        self.message_starts = Starts(family("message_starts"))
        self.signal_starts = Starts(family("signal_starts"))
        self.correlations = none_yet()
        self.start_locks = StartLocks(family("start_locks"))
        self.timers: Family[int, Timer] = family("timers")
        self.timers_of: dict[int, list[int]] = {}
        """Timer keys by the element instance that waits, or by the definition whose start event it is."""
        self.documents: Family[int, Document] = family("documents")
        self.document_keys: dict[str, int] = {}
        """Document keys by document id."""
        self.schedule = Schedule()
        self.ended: deque[int] = deque()

    def next_key(self) -> int:
        self.last_key += 1
        return self.last_key

    def definition(self, key: int) -> Definition:
        """A definition to read, deleted or not."""
        found = self.definitions.peek(key)
        if found is None:
            raise AssertionError(f"no definition has the key {key}")
        return found

    def latest(self, process_id: str) -> Definition | None:
        """The newest version of a process that is not deleted."""
        keys = self.versions.get(process_id)
        return self.definition(keys[-1]) if keys else None

    def elements_of(self, process_instance_key: int) -> Iterator[ElementInstance]:
        return (self.elements[key] for key in self.of_instance.get(process_instance_key, ()))

    def remember_end(self, process_instance_key: int) -> None:
        """Keep an ended instance for the searches, and forget the oldest beyond the limit."""
        self.ended.append(process_instance_key)
        while len(self.ended) > KEPT_INSTANCES:
            self._forget(self.ended.popleft())

    def _forget(self, process_instance_key: int) -> None:
        gone = self.of_instance.pop(process_instance_key)
        for key in gone:
            element = self.elements.pop(key)
            self.variables.pop(key, None)
            if element.job_key is not None:
                self.jobs.pop(element.job_key, None)
            if element.user_task_key is not None:
                self.user_tasks.pop(element.user_task_key, None)
        for key in self.incidents_of.pop(process_instance_key, ()):
            del self.incidents[key]
