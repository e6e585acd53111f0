"""Our element templates as a person applies them: to a drawn element, with what has to be filled in."""

from collections.abc import Iterator, Mapping
from typing import Any

from connector_sdk.bpmn import read
from connector_sdk.bpmn.model import Definitions, Element
from connector_sdk.expressions import evaluate
from devkit.modeler import Applied, HeadlessModeler

PROCESS = "order"
# Every element that a template of ours applies to, and a line between them.
ELEMENTS = {
    "start": ("startEvent", ""),
    "task": ("task", ""),
    "throw": ("intermediateThrowEvent", ""),
    "receive": ("receiveTask", ""),
    "end": ("endEvent", ""),
    "boundary": ("boundaryEvent", ' attachedToRef="task"'),
}
FLOWS = (("start", "task"), ("task", "throw"), ("throw", "receive"), ("receive", "end"))
TARGETS = {
    ("bpmn:Task",): "task",
    ("bpmn:IntermediateThrowEvent",): "throw",
    ("bpmn:IntermediateCatchEvent", "bpmn:IntermediateThrowEvent"): "throw",
    ("bpmn:EndEvent",): "end",
    ("bpmn:StartEvent",): "start",
    ("bpmn:BoundaryEvent",): "boundary",
    ("bpmn:ReceiveTask",): "receive",
}
"""What a template applies to → an element of the drawing."""
MOST_FILLINGS = 5


def drawn() -> str:
    """The diagram before any template."""
    nodes = "".join(f'<bpmn:{tag} id="{name}"{more} />' for name, (tag, more) in ELEMENTS.items())
    flows = "".join(
        f'<bpmn:sequenceFlow id="{one}_{other}" sourceRef="{one}" targetRef="{other}" />' for one, other in FLOWS
    )
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}">'
        f'<dc:Bounds x="{100 + 150 * place}" y="100" width="36" height="36" /></bpmndi:BPMNShape>'
        for place, name in enumerate(ELEMENTS)
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{one}_{other}_di" bpmnElement="{one}_{other}">'
        '<di:waypoint x="100" y="118" /><di:waypoint x="200" y="118" /></bpmndi:BPMNEdge>'
        for one, other in FLOWS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
        ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="definitions"'
        f' targetNamespace="http://bpmn.io/schema/bpmn"><bpmn:process id="{PROCESS}" isExecutable="true">'
        f'{nodes}{flows}</bpmn:process><bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane"'
        f' bpmnElement="{PROCESS}">{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>'
    )


def applied(modeler: HeadlessModeler, template: Mapping[str, Any], values: Mapping[str, Any]) -> Applied:
    """Apply with these values, and with one for each required property that is still empty."""
    filled = dict(values)
    for _ in range(MOST_FILLINGS):
        found = modeler.apply(drawn(), TARGETS[tuple(template["appliesTo"])], template, filled)
        if not found.missing:
            return found
        filled |= {name: filler(template, name) for name in found.missing}
    raise AssertionError(f"{template['id']} is never complete: {found.missing} with {filled}")


def filler(template: Mapping[str, Any], name: str) -> Any:
    """What somebody might type: a choice, an address where the pattern wants one, the example of an expression."""
    one = next(one for one in template["properties"] if name in (one.get("id"), one["binding"].get("name")))
    if choices := one.get("choices"):
        return choices[0]["value"]
    if one["type"] in ("Boolean", "Number"):
        return {"Boolean": True, "Number": 1}[one["type"]]
    example = str(one.get("placeholder", ""))
    if one.get("feel") == "required":
        return f"={example or '{}'}"
    return example or ("https://example.test/x" if "http" in str(one.get("constraints", {})) else "c2VjcmV0")


def choices_of(template: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """For each value of each drop-down and switch: that value, and what it takes for the property to be shown."""
    properties = {one["id"]: one for one in template["properties"] if "id" in one}
    for name, one in properties.items():
        values = [choice["value"] for choice in one.get("choices", ())]
        for value in [True, False] if one["type"] == "Boolean" else values:
            yield {**_shown_by(one, properties), name: value}


def _shown_by(one: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    condition = one.get("condition", {})
    found: dict[str, Any] = {}
    for each in condition.get("allMatch", [condition] if condition else []):
        value = each["equals"] if "equals" in each else each["oneOf"][0]
        found |= {**_shown_by(properties[each["property"]], properties), each["property"]: value}
    return found


def definitions(found: Applied) -> Definitions:
    return read(found.xml)


def element(found: Applied) -> Element:
    return definitions(found).processes[0].elements[found.element_id]


def variables(found: Applied) -> dict[str, Any]:
    """What the engine makes of the element's input mappings."""
    made: dict[str, Any] = {}
    for mapping in element(found).inputs:
        *outer, last = mapping.target.split(".")
        place = made
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = _value(mapping.source)
    return made


def _value(source: str | None) -> Any:
    return evaluate(source, {}) if source and source.startswith("=") else source
