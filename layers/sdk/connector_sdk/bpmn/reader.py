"""BPMN XML into typed elements: structure only, what an element means is for others to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from connector_sdk.bpmn.events import BPMN, ZEEBE, Roots, local_name, message_of, read_events, read_roots
from connector_sdk.bpmn.model import (
    Definitions,
    Element,
    Flow,
    MultiInstance,
    Process,
    TaskDefinition,
    VariableMapping,
)
from connector_sdk.bpmn.tree import BpmnError, Node, parse

_DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"

SUB_PROCESSES = frozenset({"subProcess", "adHocSubProcess", "transaction"})
FLOW_NODES = SUB_PROCESSES | {
    *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"),
    *("task", "serviceTask", "sendTask", "receiveTask", "userTask", "manualTask", "businessRuleTask", "scriptTask"),
    *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"),
    "callActivity",
}
_BESIDE_FLOW_NODES = frozenset(
    {
        *("extensionElements", "documentation", "incoming", "outgoing", "laneSet", "textAnnotation", "association"),
        *("group", "dataObject", "dataObjectReference", "dataStoreReference", "property", "ioSpecification"),
        *("dataInputAssociation", "dataOutputAssociation", "multiInstanceLoopCharacteristics", "completionCondition"),
        *("standardLoopCharacteristics", "auditing", "monitoring", "supports", "resourceRole", "performer"),
        *("humanPerformer", "potentialOwner", "correlationSubscription"),
    }
)
"""What a process or a sub-process may hold that no token enters."""
_READ_ELSEWHERE = frozenset({"taskDefinition", "ioMapping", "taskHeaders", "properties", "versionTag"})


def read(xml: bytes | str) -> Definitions:
    """Read a file. Raises BpmnError, with the line, for what is no XML or contradicts itself."""
    root = parse(xml)
    if (root.namespace, root.tag) != (BPMN, "definitions"):
        raise BpmnError(f"the file's outermost element is <{root.tag}>, not <bpmn:definitions>", root.line)
    _refuse_repeated_ids(root)
    roots = read_roots(root)
    return Definitions(tuple(_read_process(node, roots) for node in root.named(BPMN, "process")))


def _refuse_repeated_ids(root: Node) -> None:
    seen: set[str] = set()
    for node in root.walk():
        identity = node.attributes.get("id")
        if identity is None or node.namespace not in (BPMN, _DIAGRAM):
            continue
        if identity in seen:
            raise BpmnError(f"There are multiple occurrences of ID value '{identity}'.", node.line)
        seen.add(identity)


@dataclass(slots=True)
class _Contents:
    roots: Roots
    elements: dict[str, Element] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)


def _read_process(node: Node, roots: Roots) -> Process:
    contents = _Contents(roots)
    identity = _id(node)
    _read_scope(node, identity, contents)
    extensions = {child.tag: child for child in _extensions(node)}
    tag = extensions.get("versionTag")
    return Process(
        id=identity,
        name=node.attributes.get("name"),
        executable=_is_true(node.attributes.get("isExecutable")),
        version_tag=None if tag is None else tag.attributes.get("value"),
        elements=_connected(contents),
        flows=contents.flows,
        unknown=tuple(contents.unknown.items()),
        extensions={name: child.attributes for name, child in extensions.items() if name not in _READ_ELSEWHERE},
    )


def _read_scope(scope: Node, parent: str, contents: _Contents) -> None:
    for node in scope.children:
        if node.namespace != BPMN:
            continue
        if node.tag == "sequenceFlow":
            flow = _read_flow(node)
            contents.flows[flow.id] = flow
            contents.lines[flow.id] = node.line
        elif node.tag in FLOW_NODES:
            element = _read_element(node, parent, contents.roots)
            contents.elements[element.id] = element
            contents.lines[element.id] = node.line
            if node.tag in SUB_PROCESSES:
                _read_scope(node, element.id, contents)
        elif node.tag not in _BESIDE_FLOW_NODES:
            identity = node.attributes.get("id", node.tag)
            contents.unknown[identity] = node.tag
            contents.lines[identity] = node.line


def _read_flow(node: Node) -> Flow:
    return Flow(
        id=_id(node),
        source=node.attributes.get("sourceRef", ""),
        target=node.attributes.get("targetRef", ""),
        condition=_text_of(node, "conditionExpression"),
        extensions={child.tag: child.attributes for child in _extensions(node)},
    )


def _text_of(node: Node, tag: str) -> str | None:
    child = next(node.named(BPMN, tag), None)
    return None if child is None else child.text.strip()


def _read_element(node: Node, parent: str, roots: Roots) -> Element:
    attributes = node.attributes
    extensions = {child.tag: child for child in _extensions(node)}
    events = read_events(node, roots)
    cancels = attributes.get("cancelActivity") if node.tag == "boundaryEvent" else attributes.get("isInterrupting")
    return Element(
        id=_id(node),
        kind=node.tag,
        parent=parent,
        name=attributes.get("name"),
        default_flow=attributes.get("default"),
        attached_to=attributes.get("attachedToRef"),
        interrupting=cancels is None or _is_true(cancels),
        triggered_by_event=_is_true(attributes.get("triggeredByEvent")),
        event=events[0] if events else None,
        more_events=events[1:],
        message=message_of(node, roots),
        task_definition=_task_definition(extensions.get("taskDefinition")),
        inputs=_mappings(extensions.get("ioMapping"), "input"),
        outputs=_mappings(extensions.get("ioMapping"), "output"),
        headers=_pairs(extensions.get("taskHeaders"), "header", "key"),
        properties=_pairs(extensions.get("properties"), "property", "name"),
        multi_instance=_multi_instance(node),
        modeler_template=attributes.get(f"{ZEEBE} modelerTemplate"),
        modeler_template_version=attributes.get(f"{ZEEBE} modelerTemplateVersion"),
        standard_loop=next(node.named(BPMN, "standardLoopCharacteristics"), None) is not None,
        for_compensation=_is_true(attributes.get("isForCompensation")),
        completion_condition=_text_of(node, "completionCondition"),
        cancel_remaining=_is_true(attributes.get("cancelRemainingInstances", "true")),
        documentation=_text_of(node, "documentation"),
        extensions={name: child.attributes for name, child in extensions.items() if name not in _READ_ELSEWHERE},
    )


def _task_definition(node: Node | None) -> TaskDefinition | None:
    return None if node is None else TaskDefinition(node.attributes.get("type"), node.attributes.get("retries"))


def _mappings(node: Node | None, tag: str) -> tuple[VariableMapping, ...]:
    children = () if node is None else node.named(ZEEBE, tag)
    return tuple(
        VariableMapping(child.attributes.get("source"), child.attributes.get("target", "")) for child in children
    )


def _pairs(node: Node | None, tag: str, name: str) -> tuple[tuple[str, str | None], ...]:
    children = () if node is None else node.named(ZEEBE, tag)
    return tuple((child.attributes.get(name, ""), child.attributes.get("value")) for child in children)


def _multi_instance(node: Node) -> MultiInstance | None:
    for loop in node.named(BPMN, "multiInstanceLoopCharacteristics"):
        attributes: Mapping[str, str] = {}
        for child in _extensions(loop):
            if child.tag == "loopCharacteristics":
                attributes = child.attributes
        return MultiInstance(
            sequential=_is_true(loop.attributes.get("isSequential")),
            input_collection=attributes.get("inputCollection"),
            input_element=attributes.get("inputElement"),
            output_collection=attributes.get("outputCollection"),
            output_element=attributes.get("outputElement"),
            completion_condition=_text_of(loop, "completionCondition"),
        )
    return None


def _connected(contents: _Contents) -> dict[str, Element]:
    """The elements with the flows that name them, once every reference is known to lead somewhere."""
    incoming: dict[str, list[str]] = {identity: [] for identity in contents.elements}
    outgoing: dict[str, list[str]] = {identity: [] for identity in contents.elements}
    for flow in contents.flows.values():
        for end, place, ends in (("sourceRef", flow.source, outgoing), ("targetRef", flow.target, incoming)):
            if place in contents.unknown:
                raise BpmnError(
                    f"{place!r} is a bpmn:{contents.unknown[place]}, an element that is not known",
                    contents.lines[place],
                )
            if place not in ends:
                raise BpmnError(
                    f"{end} {place!r} of sequence flow {flow.id!r} names no element of its process",
                    contents.lines[flow.id],
                )
            ends[place].append(flow.id)
    for element in contents.elements.values():
        _check_references(element, contents)
    return {
        identity: replace(element, incoming=tuple(incoming[identity]), outgoing=tuple(outgoing[identity]))
        for identity, element in contents.elements.items()
    }


def _check_references(element: Element, contents: _Contents) -> None:
    line = contents.lines[element.id]
    if element.attached_to is not None and local_name(element.attached_to) not in contents.elements:
        raise BpmnError(f"attachedToRef {element.attached_to!r} of {element.id!r} names no element", line)
    if element.default_flow is not None and element.default_flow not in contents.flows:
        raise BpmnError(f"the default flow {element.default_flow!r} of {element.id!r} does not exist", line)


def _extensions(node: Node) -> Iterator[Node]:
    for extensions in node.named(BPMN, "extensionElements"):
        yield from (child for child in extensions.children if child.namespace == ZEEBE)


def _id(node: Node) -> str:
    identity = node.attributes.get("id")
    if not identity:
        raise BpmnError(f"a <{node.tag}> has no id", node.line)
    return identity


def _is_true(text: str | None) -> bool:
    return text is not None and text.strip() in ("true", "1")
