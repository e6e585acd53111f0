"""Executable processes: what is compiled of a deployed file, with the structure that running it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from devkit.engine.ad_hoc import AdHocModel
from devkit.engine.expressions import Expression
from devkit.engine.mappings import Mappings
from devkit.engine.records import ElementInstance

PROCESS = "process"
BODY = "multiInstanceBody"

JOB_TASKS = frozenset({"serviceTask", "sendTask", "businessRuleTask", "scriptTask"})


@dataclass(frozen=True, slots=True)
class ExecutableFlow:
    """A sequence flow with its compiled condition."""

    id: str
    target: str
    condition: Expression | None


@dataclass(frozen=True, slots=True)
class JobModel:
    """What the jobs of an element are made from."""

    type: Expression
    retries: Expression
    headers: Mapping[str, str]
    evaluated: Mapping[str, Expression] = field(default_factory=dict)
    """Headers whose values may be FEEL: a user task's."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event definition, compiled. `code` is an error's or escalation's; None catches every code."""

    kind: str
    name: Expression | None = None
    """A message's or signal's name."""
    link: str | None = None
    correlation_key: Expression | None = None
    code: str | None = None
    thrown: Expression | None = None
    """The code of an error or escalation where it is thrown; there it may be FEEL."""
    timer_kind: str | None = None
    timer: Expression | None = None


@dataclass(frozen=True, slots=True)
class LoopModel:
    """Multi-instance, compiled. `output_variable` is what the output element reads, if it is a plain path."""

    sequential: bool
    input_collection: Expression
    input_element: str | None
    output_collection: str | None
    output_element: Expression | None
    output_variable: str | None
    completion_condition: Expression | None


@dataclass(slots=True)
class Node:
    """An element with everything that running it needs. Flows stand in reverse file order, as Zeebe takes them."""

    id: str
    kind: str
    scope: str
    name: str | None = None
    outgoing: tuple[ExecutableFlow, ...] = ()
    incoming: tuple[str, ...] = ()
    default_flow: str | None = None
    inputs: Mappings | None = None
    outputs: Mappings | None = None
    job: JobModel | None = None
    event: Event | None = None
    interrupting: bool = True
    attached_to: str | None = None
    by_event: bool = False
    """An event sub-process."""
    loop: LoopModel | None = None
    ad_hoc: AdHocModel | None = None
    script: Expression | None = None
    result_variable: str | None = None
    extensions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    called: Expression | None = None
    user_task: Mapping[str, Expression] = field(default_factory=dict)
    """What the model says about a task of `zeebe:userTask`, by attribute."""
    headers: Mapping[str, str] = field(default_factory=dict)
    boundary: list[str] = field(default_factory=list)
    """Boundary events at this activity."""
    event_starts: list[str] = field(default_factory=list)
    """Start events of the event sub-processes directly inside this scope."""
    none_start: str | None = None
    starts: list[str] = field(default_factory=list)
    inclusive_joins: list[str] = field(default_factory=list)
    """Inclusive gateways directly inside this scope that join."""
    links: dict[str, str] = field(default_factory=dict)
    """Link catch events directly inside this scope, by link name."""

    @property
    def is_user_task(self) -> bool:
        """A task of `zeebe:userTask`, which is no job."""
        return self.kind == "userTask" and "userTask" in self.extensions


@dataclass(slots=True)
class Definition:
    """One version of one process."""

    key: int
    process_id: str
    version: int
    name: str | None
    version_tag: str | None
    resource_name: str
    resource: bytes
    deployment_key: int
    nodes: dict[str, Node]
    deleted: bool = False
    """Instances that still run may go on; nothing new starts."""

    @property
    def process(self) -> Node:
        return self.nodes[self.process_id]


def is_round(instance: ElementInstance, node: Node) -> bool:
    """A round of a multi-instance element, as opposed to its body; boundary events belong to the body."""
    return node.loop is not None and not instance.is_body
