"""Diagrams with a place for a webhook: the element `hook`, and behind it the task `after`, whose job says it came."""

Flows = tuple[tuple[str, str], ...]

_END = ("serviceTask after", "endEvent end")
_WORK = ("startEvent begin", "serviceTask work", "endEvent worked")
_HOOKED: Flows = (("hook", "after"), ("after", "end"))
_WORKED: Flows = (("begin", "work"), ("work", "worked"))
_PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Flows]] = {
    "start": (("startEvent hook", *_END), (), _HOOKED),
    "message start": (("startEvent hook", *_END), (), _HOOKED),
    "intermediate": (("startEvent begin", "intermediateThrowEvent hook", *_END), (), (("begin", "hook"), *_HOOKED)),
    "receive": (("startEvent begin", "receiveTask hook", *_END), (), (("begin", "hook"), *_HOOKED)),
    "boundary": ((*_WORK, "boundaryEvent hook", *_END), (), (*_WORKED, *_HOOKED)),
    "event sub-process": ((*_WORK, "subProcess inside"), ("startEvent hook", *_END), (*_WORKED, *_HOOKED)),
}
"""Kind → nodes of the process, nodes of its event sub-process, all flows."""
KINDS = tuple(_PARTS)
_ATTRIBUTES = {"boundaryEvent": ' attachedToRef="work"', "subProcess": ' triggeredByEvent="true"'}


def diagram(process_id: str, kind: str) -> str:
    """A process in which nothing but the element `hook`, of this kind, leads to the job of type `after-PROCESS`."""
    nodes, inside, flows = _PARTS[kind]
    nested = _written(inside, "", flows, process_id)
    shapes = "".join(_shape(node.split()[1], place) for place, node in enumerate((*nodes, *inside)))
    edges = "".join(_edge(*flow) for flow in flows)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    id="definitions" targetNamespace="test">
  <bpmn:process id="{process_id}" isExecutable="true">{_written(nodes, nested, flows, process_id)}</bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="{process_id}">
    {shapes}{edges}
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""


def _written(nodes: tuple[str, ...], nested: str, flows: Flows, process_id: str) -> str:
    names = {node.split()[1] for node in nodes}
    written = [_node(node, nested, flows, process_id) for node in nodes]
    connections = [
        f'<bpmn:sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}" />'
        for source, target in flows
        if source in names
    ]
    return "".join([*written, *connections])


def _node(node: str, nested: str, flows: Flows, process_id: str) -> str:
    tag, name = node.split()
    job = f'<zeebe:taskDefinition type="{name}-{process_id}" />' if tag == "serviceTask" else ""
    extensions = f"<bpmn:extensionElements>{job}</bpmn:extensionElements>" if job else ""
    incoming = "".join(f"<bpmn:incoming>{s}-{t}</bpmn:incoming>" for s, t in flows if t == name)
    outgoing = "".join(f"<bpmn:outgoing>{s}-{t}</bpmn:outgoing>" for s, t in flows if s == name)
    content = extensions + incoming + outgoing + (nested if tag == "subProcess" else "")
    return f'<bpmn:{tag} id="{name}"{_ATTRIBUTES.get(tag, "")}>{content}</bpmn:{tag}>'


def _shape(name: str, place: int) -> str:
    bounds = f'<dc:Bounds x="{place * 150}" y="100" width="80" height="80" />'
    return f'<bpmndi:BPMNShape id="{name}-shape" bpmnElement="{name}">{bounds}</bpmndi:BPMNShape>'


def _edge(source: str, target: str) -> str:
    points = '<di:waypoint x="0" y="0" /><di:waypoint x="10" y="0" />'
    return f'<bpmndi:BPMNEdge id="{source}-{target}-edge" bpmnElement="{source}-{target}">{points}</bpmndi:BPMNEdge>'
