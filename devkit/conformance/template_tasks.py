"""From an element template and the values that a person types to the job that an engine hands out for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import SdkError
from connector_sdk.job import Job
from devkit.modeler import HeadlessModeler, official_template

VARIABLES: Mapping[str, Any] = {
    "text": "hello é",
    "num": 7,
    "flag": True,
    "items": ["a", "b"],
    "ctx": {"k": "v", "n": 1.5, "nul": None},
    "id": "ID-1",
}
"""What every instance of the recording was started with."""
JOB_TYPE = "io.camunda:http-json:1"
TASK = "task"
LOCK_MS = 300_000
REQUEST_TIMEOUT_MS = 10_000
WORKER = "conformance"
_HOST = re.compile(r"https?://")

DRAWN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="definitions"
    targetNamespace="http://bpmn.io/schema/bpmn" modeler:executionPlatform="Camunda Cloud"
    modeler:executionPlatformVersion="8.6.0">
  <bpmn:process id="{process}" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:task id="task"><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:task>
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="task" />
    <bpmn:sequenceFlow id="f2" sourceRef="task" targetRef="end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="{process}">
      <bpmndi:BPMNShape id="start_di" bpmnElement="start">
        <dc:Bounds x="182" y="102" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="task_di" bpmnElement="task">
        <dc:Bounds x="280" y="80" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="end_di" bpmnElement="end">
        <dc:Bounds x="452" y="102" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="f1_di" bpmnElement="f1">
        <di:waypoint x="218" y="120" />
        <di:waypoint x="280" y="120" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="f2_di" bpmnElement="f2">
        <di:waypoint x="380" y="120" />
        <di:waypoint x="452" y="120" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""

END = "end"
_ELEMENTS: Mapping[str, tuple[str, str]] = {
    "bpmn:Task": (TASK, DRAWN),
    "bpmn:IntermediateThrowEvent": (TASK, DRAWN.replace("bpmn:task", "bpmn:intermediateThrowEvent")),
    "bpmn:EndEvent": (END, DRAWN),
}


def element_for(template: Mapping[str, Any], process: str) -> tuple[str, str]:
    """An element that the template applies to, and the diagram that has it."""
    element, drawn = _ELEMENTS[template["appliesTo"][0]]
    return element, drawn.format(process=process)


class NoJob(SdkError):
    """A deployed task with a template gave no job: its instance is stuck before it, or the engine is away."""


def process_of(case_id: str) -> str:
    """The id of a case's process."""
    return re.sub(r"\W", "-", case_id)


def diagram(case: Mapping[str, Any], modeler: HeadlessModeler) -> str:
    """Start → task with the case's template → end. Raises TemplateRejected, or LookupError for an unknown template."""
    drawn = DRAWN.format(process=process_of(case["id"]))
    template = official_template(case["template"], case["version"])
    return modeler.apply(drawn, TASK, template, case["values"]).xml


def activated(case: Mapping[str, Any], xml: str, engine: EngineClient, job_type: str = JOB_TYPE) -> Job:
    """Deploy a case's diagram, start an instance and take its job. Raises NoJob, or EngineRejected."""
    process = process_of(case["id"])
    engine.deploy([(f"{process}.bpmn", xml.encode())])
    engine.create_instance(process_definition_id=process, variables=VARIABLES)
    jobs = engine.activate_jobs(
        job_type, max_jobs=1, timeout_ms=LOCK_MS, worker=WORKER, request_timeout_ms=REQUEST_TIMEOUT_MS
    )
    if not jobs or jobs[0].process_definition_id != process:
        raise NoJob(f"{process} gave no job of the type {job_type}")
    return jobs[0]


def redirected(variables: Mapping[str, Any], case: Mapping[str, Any], port: int) -> dict[str, Any]:
    """The job's variables with the vendor's host behind the recorded target: its path tells which answer to give."""
    status = case["targetStatus"]
    target = f"http://127.0.0.1:{port}/c/{case['id']}/v{'' if status == 200 else status}/"
    changed = dict(variables)
    if isinstance(url := changed.get("url"), str):
        changed["url"] = _HOST.sub(target, url, count=1)
    authentication = changed.get("authentication")
    if isinstance(authentication, dict) and isinstance(endpoint := authentication.get("oauthTokenEndpoint"), str):
        moved = {"oauthTokenEndpoint": _HOST.sub(target, endpoint, count=1)}
        changed["authentication"] = {**authentication, **moved}
    return changed
