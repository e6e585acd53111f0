"""From a deployed file to its executable processes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from connector_sdk.bpmn import Element, EventDefinition, Process
from connector_sdk.feel import FeelSyntaxError
from devkit.engine.ad_hoc import AD_HOC, INNER, ad_hoc_model, inner_id
from devkit.engine.definitions import PROCESS, Event, ExecutableFlow, JobModel, LoopModel, Node
from devkit.engine.expressions import Expression, plain_path
from devkit.engine.mappings import Mappings

USER_TASK_HEADER = "io.camunda.zeebe"
USER_TASK_JOB = f"{USER_TASK_HEADER}:userTask"
_USER_TASK = {
    "assignmentDefinition": ("assignee", "candidateGroups", "candidateUsers"),
    "taskSchedule": ("dueDate", "followUpDate"),
    "formDefinition": ("formKey",),
}
_NATIVE_USER_TASK = {
    **_USER_TASK,
    "formDefinition": ("externalReference",),
    "priorityDefinition": ("priority",),
}
_LISTS = ("candidateGroups", "candidateUsers")


class Unreadable(Exception):
    """A text of an element is no FEEL where it has to be."""

    def __init__(self, element_id: str, error: FeelSyntaxError) -> None:
        super().__init__(f"failed to parse expression: {error}")
        self.element_id = element_id


def compile_process(process: Process) -> dict[str, Node]:
    """The nodes of a process by id, the process itself first. Raises Unreadable.

    The process must have passed `devkit.engine.validation`.
    """
    root = Node(process.id, PROCESS, "", process.name)
    nodes = {process.id: root}
    for element in process.elements.values():
        try:
            nodes[element.id] = _compile(element, process)
        except FeelSyntaxError as error:
            raise Unreadable(element.id, error) from error
        if element.kind == AD_HOC:
            nodes[inner_id(element.id)] = Node(inner_id(element.id), INNER, element.id)
    for node in nodes.values():
        if node is not root:
            _attach(node, nodes)
    return nodes


def _compile(element: Element, process: Process) -> Node:
    flows = [process.flows[identity] for identity in reversed(element.outgoing)]
    called = element.extensions.get("calledElement", {}).get("processId")
    script = element.extensions.get("script", {})
    return Node(
        id=element.id,
        kind=element.kind,
        scope=_scope(element, process),
        name=element.name,
        outgoing=tuple(
            ExecutableFlow(flow.id, flow.target, Expression(flow.condition) if flow.condition else None)
            for flow in flows
        ),
        incoming=element.incoming,
        default_flow=element.default_flow,
        inputs=Mappings(element.inputs) if element.inputs else None,
        outputs=Mappings(element.outputs) if element.outputs else None,
        job=_job(element),
        event=_event(element),
        interrupting=element.interrupting,
        attached_to=element.attached_to,
        by_event=element.triggered_by_event,
        loop=_loop(element),
        ad_hoc=ad_hoc_model(element, process),
        script=Expression(script["expression"]) if "expression" in script else None,
        result_variable=script.get("resultVariable"),
        extensions=element.extensions,
        called=Expression(called) if called is not None else None,
        user_task=_user_task(element, _NATIVE_USER_TASK) if "userTask" in element.extensions else {},
        headers={key: value for key, value in element.headers if value},
    )


def _scope(element: Element, process: Process) -> str:
    """The node that an element is inside of: in an ad-hoc sub-process its inner instance, but for an event's."""
    around = process.elements.get(element.parent)
    inside = around is not None and around.kind == AD_HOC and not element.triggered_by_event
    return inner_id(element.parent) if inside else element.parent


def _job(element: Element) -> JobModel | None:
    headers = {key: value for key, value in element.headers if value}
    if element.kind == "userTask":
        if "userTask" in element.extensions:
            return None
        return JobModel(Expression(USER_TASK_JOB), Expression("1"), headers, _user_task_headers(element))
    definition = element.task_definition
    if definition is None or definition.type is None:
        return None
    return JobModel(Expression(definition.type), Expression(definition.retries or "3"), headers)


def _user_task_headers(element: Element) -> dict[str, Expression]:
    return {f"{USER_TASK_HEADER}:{name}": text for name, text in _user_task(element, _USER_TASK).items()}


def _user_task(element: Element, attributes: Mapping[str, tuple[str, ...]]) -> dict[str, Expression]:
    """What the model says about people, times and forms; lists may be written with commas."""
    written = {name: element.extensions.get(tag, {}).get(name) for tag, names in attributes.items() for name in names}
    found = {}
    for name, text in written.items():
        if not text:
            continue
        if name in _LISTS and not text.startswith("="):
            text = "=" + json.dumps([part.strip() for part in text.split(",")], ensure_ascii=False)
        found[name] = Expression(text)
    return found


def _event(element: Element) -> Event | None:
    if element.kind == "receiveTask":
        return _message_event(EventDefinition("message", message=element.message))
    definition = element.event
    if definition is None:
        return None
    if definition.kind == "message":
        return _message_event(definition)
    reference = definition.reference
    code = None if reference is None else reference.code
    return Event(
        definition.kind,
        name=Expression(code) if definition.kind == "signal" and code is not None else None,
        link=definition.link_name,
        code=code or None,
        thrown=Expression(code) if code and definition.kind in ("error", "escalation") else None,
        timer_kind=definition.timer_kind,
        timer=None if definition.timer is None else Expression(definition.timer),
    )


def _message_event(definition: EventDefinition) -> Event:
    message = definition.message
    if message is None or message.name is None:
        return Event("message")
    key = message.correlation_key
    return Event("message", Expression(message.name), correlation_key=None if key is None else Expression(key))


def _loop(element: Element) -> LoopModel | None:
    loop = element.multi_instance
    if loop is None or loop.input_collection is None:
        return None
    output = None if loop.output_element is None else Expression(loop.output_element)
    return LoopModel(
        loop.sequential,
        Expression(loop.input_collection),
        loop.input_element,
        loop.output_collection,
        output,
        None if output is None else plain_path(output),
        None if loop.completion_condition is None else Expression(loop.completion_condition),
    )


def _attach(node: Node, nodes: Mapping[str, Node]) -> None:
    """Tell a node's scope, or the activity that it is attached to, about it."""
    scope = nodes[node.scope]
    if node.kind == "boundaryEvent" and node.attached_to is not None:
        nodes[node.attached_to].boundary.append(node.id)
    elif node.kind == "startEvent":
        scope.starts.append(node.id)
        if node.event is None:
            scope.none_start = node.id
        if scope.by_event:
            nodes[scope.scope].event_starts.append(node.id)
    elif node.kind == "inclusiveGateway" and len(node.incoming) > 1:
        scope.inclusive_joins.append(node.id)
    elif node.kind == "intermediateCatchEvent" and node.event is not None and node.event.link is not None:
        scope.links[node.event.link] = node.id
