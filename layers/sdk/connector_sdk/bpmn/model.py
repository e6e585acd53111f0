"""The typed elements that the BPMN reader gives: what stands in the file, nothing about what it means.

Names are the XML's: `kind` is the tag without its prefix (`serviceTask`), ids are the file's ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VariableMapping:
    """One `zeebe:input` or `zeebe:output`: `source` is text, or FEEL behind a leading `=`; None if not written."""

    source: str | None
    target: str


@dataclass(frozen=True, slots=True)
class Message:
    """A `bpmn:message`; `correlation_key` is the `zeebe:subscription`'s."""

    id: str
    name: str | None
    correlation_key: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A `bpmn:error`, `bpmn:escalation` or `bpmn:signal`: `code` is errorCode, escalationCode or the signal's name."""

    id: str
    name: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """`kind` is message, timer, signal, error, escalation, link, terminate, compensate, conditional or cancel."""

    kind: str
    id: str | None = None
    message: Message | None = None
    reference: Reference | None = None
    link_name: str | None = None
    timer_kind: str | None = None
    """date, duration or cycle."""
    timer: str | None = None
    """The timer's text: ISO 8601, or FEEL behind a leading `=`."""


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """`zeebe:taskDefinition`: job type and retries, both possibly FEEL."""

    type: str | None
    retries: str | None


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """`bpmn:multiInstanceLoopCharacteristics` with its `zeebe:loopCharacteristics`."""

    sequential: bool
    input_collection: str | None
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    completion_condition: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is its FEEL text with the leading `=`."""

    id: str
    source: str
    target: str
    condition: str | None = None
    extensions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Its zeebe extension elements by tag, with their attributes."""


@dataclass(frozen=True, slots=True)
class Element:
    """A flow node. `parent` is the id of the enclosing sub-process, or of the process."""

    id: str
    kind: str
    parent: str
    name: str | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default_flow: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    """cancelActivity of a boundary event, isInterrupting of an event sub-process's start event."""
    triggered_by_event: bool = False
    event: EventDefinition | None = None
    more_events: tuple[EventDefinition, ...] = ()
    """Event definitions after the first: engines refuse them."""
    message: Message | None = None
    """A receive task's message."""
    task_definition: TaskDefinition | None = None
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    headers: tuple[tuple[str, str | None], ...] = ()
    properties: tuple[tuple[str, str | None], ...] = ()
    """`zeebe:property` in file order, duplicates kept; an inbound connector's configuration."""
    multi_instance: MultiInstance | None = None
    modeler_template: str | None = None
    modeler_template_version: str | None = None
    standard_loop: bool = False
    """`bpmn:standardLoopCharacteristics`: BPMN has it, Camunda 8 does not."""
    for_compensation: bool = False
    """isForCompensation: the activity is a compensation handler."""
    completion_condition: str | None = None
    """An ad-hoc sub-process's; FEEL behind a leading `=`."""
    cancel_remaining: bool = True
    """cancelRemainingInstances of an ad-hoc sub-process."""
    documentation: str | None = None
    extensions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Other zeebe extension elements by tag (script, calledElement, userTask …) with their attributes."""


@dataclass(frozen=True, slots=True)
class Process:
    """One `bpmn:process`. `elements` and `flows` are in file order and hold those of sub-processes as well.

    An element's `incoming` and `outgoing` are the ids of the flows that name it, in file order of the flows.
    """

    id: str
    name: str | None
    executable: bool
    version_tag: str | None = None
    elements: Mapping[str, Element] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The process's own zeebe extension elements by tag (userTaskForm, executionListeners …)."""
    unknown: tuple[tuple[str, str], ...] = ()
    """(id, tag) of the elements in it that are none of BPMN's, or none that Camunda 8 has."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """A whole file."""

    processes: tuple[Process, ...]
