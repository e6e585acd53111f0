"""What the engine remembers: one plain record for each thing, with ids and keys instead of references."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

TENANT = "<default>"
"""The only tenant: multi-tenancy is off."""
DEFAULT_PRIORITY = 50
"""A user task's."""

Variables = dict[str, Any]
ElementState = Literal["ACTIVATING", "ACTIVE", "COMPLETING", "COMPLETED", "TERMINATED"]
JobState = Literal["ACTIVATABLE", "ACTIVATED", "FAILED", "ERROR_THROWN", "COMPLETED", "CANCELED"]


@dataclass(slots=True)
class Loop:
    """The progress of a multi-instance body: its items, how many rounds were begun and how many have ended."""

    items: list[Any]
    begun: int = 0
    ended: int = 0
    is_done: bool = False
    """The completion condition was true."""


@dataclass(slots=True)
class ElementInstance:
    """An element that was entered; the process itself is the one without a scope (`scope_key` 0)."""

    key: int
    element_id: str
    definition_key: int
    process_instance_key: int
    scope_key: int
    started_ms: int
    state: ElementState = "ACTIVATING"
    ended_ms: int | None = None
    is_body: bool = False
    """The body of a multi-instance element; its rounds are the element's own instances."""
    round: int = 0
    """Which round of a multi-instance element this is, from 1."""
    loop: Loop | None = None
    children: dict[int, None] = field(default_factory=dict)
    """Keys of the elements inside that have not ended, oldest first."""
    tokens: dict[str, int] = field(default_factory=dict)
    """Tokens on the way: how many sit on a sequence flow, or wait to enter an element, by its id."""
    payload: Variables | None = None
    """Variables that came with the job or the event and are not mapped yet."""
    job_key: int | None = None
    user_task_key: int | None = None
    incident_key: int | None = None
    interrupted: bool = False
    """An interrupting event sub-process took over this scope; its events are not waited for any more."""
    trigger_id: str | None = None
    """The start event that an event sub-process begins with."""
    business_id: str | None = None
    """What whoever created this process instance calls it."""
    caller_key: int = 0
    """The call activity's instance that started this process instance."""
    called_key: int = 0
    """The process instance that this call activity started."""
    taken: dict[str, None] | None = None
    """The sequence flows that were taken, of a process instance."""
    start_lock: str | None = None
    """The correlation key of the message that started this process instance."""
    is_fulfilled: bool = False
    """The completion condition of this ad-hoc sub-process was true, or its worker said so: none is asked again.

    As in Zeebe, whoever asks for more over REST still gets it.
    """


@dataclass(slots=True)
class Job:
    """A unit of work for a worker; `due_ms` is the deadline of the lock, or the end of the back-off."""

    key: int
    type: str
    retries: int
    headers: dict[str, str]
    element_key: int
    element_id: str
    process_instance_key: int
    definition_key: int
    state: JobState = "ACTIVATABLE"
    worker: str = ""
    due_ms: int = 0
    error_code: str | None = None
    error_message: str | None = None
    lease: str | None = None
    """The token of the activation that holds the job; commands must bring it."""


@dataclass(slots=True)
class Incident:
    """Something that needs a person; it stays on record, resolved or not."""

    key: int
    error_type: str
    message: str
    element_key: int
    element_id: str
    process_instance_key: int
    definition_key: int
    created_ms: int
    job_key: int | None = None
    state: Literal["ACTIVE", "RESOLVED"] = "ACTIVE"


@dataclass(slots=True)
class Message:
    """A published message that may still be buffered; `used_by` are the process ids that it went to."""

    key: int
    name: str
    correlation_key: str
    message_id: str
    variables: Variables
    due_ms: int
    used_by: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Subscription:
    """An element waits for a message or a signal (`correlation_key` None); `event_id` is what will be triggered."""

    key: int
    name: str
    correlation_key: str | None
    element_key: int
    event_id: str
    process_instance_key: int
    process_id: str


@dataclass(slots=True)
class StartSubscription:
    """A deployed start event waits for a message or a signal."""

    key: int
    name: str
    definition_key: int
    event_id: str


@dataclass(slots=True)
class Timer:
    """A due date. `repetitions` are those left, −1 without end; `element_key` 0 for a start event's timer."""

    key: int
    due_ms: int
    event_id: str
    definition_key: int
    element_key: int = 0
    repetitions: int = 1
    interval: str | None = None


@dataclass(slots=True)
class Document:
    """A file in the document store; `content` is base64, `hash` SHA-256 in hexadecimal."""

    key: int
    id: str
    content: str
    hash: str
    size: int
    content_type: str
    file_name: str
    custom: dict[str, Any]
    process_definition_id: str | None = None
    process_instance_key: str | None = None


@dataclass(slots=True)
class UserTask:
    """A task of `zeebe:userTask`, which a person works on instead of a job worker."""

    key: int
    element_key: int
    element_id: str
    process_instance_key: int
    definition_key: int
    created_ms: int
    assignee: str | None = None
    candidate_groups: list[str] = field(default_factory=list)
    candidate_users: list[str] = field(default_factory=list)
    state: Literal["CREATED", "COMPLETED", "CANCELED"] = "CREATED"
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: int = DEFAULT_PRIORITY
    external_form: str | None = None
