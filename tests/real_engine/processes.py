"""Small BPMN files, valid for the real engine's XSD check."""

from __future__ import annotations

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="http://bpmn.io/schema/bpmn">
"""

TASK = """  <bpmn:process id="{process}" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="task"/>
    <bpmn:serviceTask id="task">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="{job_type}" retries="{retries}"/>
        <zeebe:taskHeaders><zeebe:header key="resultVariable" value="answer"/></zeebe:taskHeaders>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f2" sourceRef="task" targetRef="end"/>
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    <bpmn:boundaryEvent id="caught" attachedToRef="task">
      <bpmn:extensionElements>
        <zeebe:ioMapping><zeebe:output source="=reason" target="reason"/></zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:outgoing>f3</bpmn:outgoing>
      <bpmn:errorEventDefinition id="error-event" errorRef="error"/>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f3" sourceRef="caught" targetRef="caught-end"/>
    <bpmn:endEvent id="caught-end"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
  <bpmn:error id="error" errorCode="NO_CITY"/>
"""

MESSAGE = """  <bpmn:process id="{process}" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>
    <bpmn:intermediateCatchEvent id="wait">
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
      <bpmn:messageEventDefinition id="message-event" messageRef="message"/>
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="end"/>
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
  <bpmn:message id="message" name="{message}">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=order"/></bpmn:extensionElements>
  </bpmn:message>
"""


def task(process: str, job_type: str, retries: int = 3) -> bytes:
    """Start → service task with an error boundary for NO_CITY → end."""
    return _file(TASK.format(process=process, job_type=job_type, retries=retries))


def chain(process: str, *job_types: str) -> bytes:
    """Start → one service task after the other."""
    flows = "".join(
        f"""    <bpmn:sequenceFlow id="f{number}" sourceRef="n{number}" targetRef="n{number + 1}"/>
    <bpmn:serviceTask id="n{number + 1}">
      <bpmn:extensionElements><zeebe:taskDefinition type="{job_type}"/></bpmn:extensionElements>
    </bpmn:serviceTask>
"""
        for number, job_type in enumerate(job_types)
    )
    return _file(
        f"""  <bpmn:process id="{process}" isExecutable="true">
    <bpmn:startEvent id="n0"/>
{flows}  </bpmn:process>
"""
    )


def message(process: str, name: str) -> bytes:
    """Start → intermediate message catch on `order` → end."""
    return _file(MESSAGE.format(process=process, message=name))


def _file(content: str) -> bytes:
    return (HEAD + content + "</bpmn:definitions>\n").encode()
