"""BPMN XML from a terse description. One process = {"id": …, "nodes": {name: {"is": kind, …}}}.

kind      start end service send rule script user receive task manual catch throw boundary
          xor and or event(-based gateway) sub eventsub call adhoc
to        next node | [nodes] | {node: "=condition" | default}; left out: the node below it
type, retries, headers, props, in, out, loop, timer, message, signal, error, escalation, link,
terminate, at (boundary), interrupting, nodes (sub, eventsub, adhoc), active, until, cancel, collect, each (adhoc):
see the README of the scenarios.

Sequence flows are written after the nodes, in the order of `nodes` and `to`: their order decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Spec = Mapping[str, Any]

TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "service": "serviceTask",
    "send": "sendTask",
    "rule": "businessRuleTask",
    "script": "scriptTask",
    "user": "userTask",
    "receive": "receiveTask",
    "task": "task",
    "manual": "manualTask",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "event": "eventBasedGateway",
    "sub": "subProcess",
    "eventsub": "subProcess",
    "call": "callActivity",
    "adhoc": "adHocSubProcess",
}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'id="defs" targetNamespace="http://bpmn.io/schema/bpmn">'
)
_CODES = {"error": "errorCode", "escalation": "escalationCode"}
_TIMERS = {"date": "bpmn:timeDate", "duration": "bpmn:timeDuration", "cycle": "bpmn:timeCycle"}


def bpmn(*processes: Spec) -> str:
    """A file with these processes."""
    roots = _Roots()
    body = "".join(_process(process, roots) for process in processes)
    return f"{_HEAD}{''.join(xml for _, xml in roots.written.values())}{body}</bpmn:definitions>"


def _process(process: Spec, roots: _Roots) -> str:
    tag = _extensions(_tag("zeebe:versionTag", {"value": process["tag"]})) if "tag" in process else ""
    attributes = {
        "id": process["id"],
        "name": process.get("name"),
        "isExecutable": process.get("executable", True),
    }
    return _tag("bpmn:process", attributes, tag + _nodes(process["nodes"], roots))


def _tag(name: str, attributes: Spec, inner: str = "") -> str:
    written = "".join(f" {key}={quoteattr(_text(value))}" for key, value in attributes.items() if value is not None)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _extensions(inner: str) -> str:
    return _tag("bpmn:extensionElements", {}, inner) if inner else ""


class _Roots:
    """Messages, signals, errors and escalations at the root of a file, each written once."""

    def __init__(self) -> None:
        self.written: dict[tuple[Any, ...], tuple[str, str]] = {}

    def ref(self, kind: str, **what: Any) -> str:
        """The id of a message, signal, error or escalation."""
        place = (kind, *sorted((name, str(value)) for name, value in what.items()))
        if place not in self.written:
            identity = f"{kind}_{len(self.written)}"
            key = what.get("key")
            inner = "" if key is None else _extensions(_tag("zeebe:subscription", {"correlationKey": key}))
            attributes = {"id": identity, "name": what.get("name")}
            if kind in _CODES:
                attributes[_CODES[kind]] = what.get("code")
            self.written[place] = (identity, _tag(f"bpmn:{kind}", attributes, inner))
        return self.written[place][0]


def _nodes(spec: Spec, roots: _Roots) -> str:
    names = list(spec)
    leads = {name: _leads_to(spec, names, place) for place, name in enumerate(names)}
    flows = [_flow(name, target, condition) for name in names for target, condition in leads[name].items()]
    return "".join(_node(name, spec[name], leads, roots) for name in names) + "".join(flows)


def _leads_to(spec: Spec, names: list[str], place: int) -> dict[str, Any]:
    """{next node: condition} of a node."""
    node = spec[names[place]]
    to = node.get("to")
    ends = node["is"] in ("end", "eventsub") or (node["is"] == "throw" and "link" in node)
    if to is None and not ends:
        to = next((name for name in names[place + 1 :] if spec[name]["is"] not in ("boundary", "eventsub")), None)
    if not to:
        return {}
    if isinstance(to, dict):
        return to
    return dict.fromkeys([to] if isinstance(to, str) else to)


def _flow(source: str, target: str, condition: Any) -> str:
    inner = ""
    if condition is not None and condition != "default":
        inner = (
            '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
            f"{escape(str(condition))}</bpmn:conditionExpression>"
        )
    attributes = {"id": f"{source}_{target}", "sourceRef": source, "targetRef": target}
    return _tag("bpmn:sequenceFlow", attributes, inner)


def _node(name: str, node: Spec, leads: Mapping[str, Mapping[str, Any]], roots: _Roots) -> str:
    kind = node["is"]
    default = next((f"{name}_{target}" for target, condition in leads[name].items() if condition == "default"), None)
    attributes: dict[str, Any] = {"id": name, "name": node.get("name"), "default": default}
    if kind == "boundary":
        attributes |= {"attachedToRef": node["at"], "cancelActivity": node.get("interrupting", True)}
    if kind == "start" and node.get("interrupting") is False:
        attributes["isInterrupting"] = False
    if kind == "eventsub":
        attributes["triggeredByEvent"] = True
    if kind == "adhoc":
        attributes["cancelRemainingInstances"] = node.get("cancel")
    if kind == "receive" and "message" in node:
        attributes["messageRef"] = roots.ref("message", **node["message"])
    inner = _extensions(_zeebe(node))
    inner += "".join(_tag("bpmn:incoming", {}, f"{other}_{name}") for other in leads if name in leads[other])
    inner += "".join(_tag("bpmn:outgoing", {}, f"{name}_{target}") for target in leads[name])
    inner += _events(name, node, roots) + _loop(node.get("loop"))
    if "nodes" in node:
        inner += _nodes(node["nodes"], roots)
    if "until" in node:
        inner += _tag("bpmn:completionCondition", {}, escape(str(node["until"])))
    return _tag(f"bpmn:{TAGS[kind]}", attributes, inner)


def _events(name: str, node: Spec, roots: _Roots) -> str:
    out = ""
    if node.get("timer") is not None:
        inner = "".join(_tag(_TIMERS[kind], {}, escape(str(value))) for kind, value in node["timer"].items())
        out += _tag("bpmn:timerEventDefinition", {}, inner)
    message = node.get("message")
    if message is not None and node["is"] != "receive":
        reference = {"messageRef": roots.ref("message", **message)} if message else {}
        out += _tag("bpmn:messageEventDefinition", reference)
    if node.get("signal") is not None:
        out += _tag("bpmn:signalEventDefinition", {"signalRef": roots.ref("signal", name=node["signal"])})
    for kind in _CODES:
        if kind in node:
            reference = {} if node[kind] is True else {f"{kind}Ref": roots.ref(kind, code=node[kind])}
            out += _tag(f"bpmn:{kind}EventDefinition", reference)
    if "link" in node:
        out += _tag("bpmn:linkEventDefinition", {"id": f"def_{name}", "name": node["link"]})
    if node.get("terminate"):
        out += _tag("bpmn:terminateEventDefinition", {})
    if node.get("compensate"):
        out += _tag("bpmn:compensateEventDefinition", {"id": f"def_{name}"})
    return out


def _zeebe(node: Spec) -> str:
    out = ""
    if "type" in node:
        out += _tag("zeebe:taskDefinition", {"type": node["type"], "retries": node.get("retries")})
    if "expr" in node:
        out += _tag("zeebe:script", {"expression": node["expr"], "resultVariable": node.get("result")})
    if "calls" in node:
        out += _tag("zeebe:calledElement", {"processId": node["calls"], **node.get("call", {})})
    if node["is"] == "adhoc":
        said = {"activeElementsCollection": "active", "outputCollection": "collect", "outputElement": "each"}
        out += _tag("zeebe:adHoc", {name: node.get(key) for name, key in said.items()})
    if node.get("native"):
        out += _tag("zeebe:userTask", {})
    if "form" in node:
        out += _tag("zeebe:formDefinition", node["form"])
    if "schedule" in node:
        out += _tag("zeebe:taskSchedule", node["schedule"])
    if "priority" in node:
        out += _tag("zeebe:priorityDefinition", {"priority": node["priority"]})
    if "assign" in node:
        out += _tag("zeebe:assignmentDefinition", node["assign"])
    mappings = [_tag("zeebe:input", {"source": source, "target": to}) for to, source in node.get("in", {}).items()]
    mappings += [_tag("zeebe:output", {"source": source, "target": to}) for to, source in node.get("out", {}).items()]
    if mappings:
        out += _tag("zeebe:ioMapping", {}, "".join(mappings))
    out += _pairs("zeebe:taskHeaders", "zeebe:header", "key", node.get("headers"))
    return out + _pairs("zeebe:properties", "zeebe:property", "name", node.get("props"))


def _pairs(around: str, each: str, name: str, values: Spec | None) -> str:
    if not values:
        return ""
    return _tag(around, {}, "".join(_tag(each, {name: key, "value": value}) for key, value in values.items()))


def _loop(loop: Spec | None) -> str:
    if not loop:
        return ""
    until = loop.get("until")
    condition = "" if until is None else _tag("bpmn:completionCondition", {}, escape(str(until)))
    characteristics = {
        "inputCollection": loop["in"],
        "inputElement": loop.get("as"),
        "outputCollection": loop.get("out"),
        "outputElement": loop.get("each"),
    }
    inner = _extensions(_tag("zeebe:loopCharacteristics", characteristics)) + condition
    return _tag("bpmn:multiInstanceLoopCharacteristics", {"isSequential": loop.get("sequential", False)}, inner)
