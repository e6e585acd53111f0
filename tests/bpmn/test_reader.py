"""The BPMN reader: what it finds in a file, and that nothing but BpmnError ever comes out of a bad one."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.bpmn import BpmnError, Message, TaskDefinition, VariableMapping, read
from connector_sdk.bpmn.tree import MAX_BYTES, MAX_DEPTH

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="defs">'
)
FILE = f"""<?xml version="1.0" encoding="UTF-8"?>
{HEAD}
  <bpmn:message id="m" name="order"><bpmn:extensionElements>
    <zeebe:subscription correlationKey="=id"/></bpmn:extensionElements></bpmn:message>
  <bpmn:error id="gone" name="Gone" errorCode="GONE"/>
  <bpmn:process id="P" name="Orders" isExecutable="true">
    <bpmn:extensionElements><zeebe:versionTag value="1.2"/></bpmn:extensionElements>
    <bpmn:startEvent id="s"><bpmn:extensionElements><zeebe:properties>
      <zeebe:property name="inbound.type" value="io.camunda:webhook:1"/><zeebe:property name="x" value=""/>
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>
    <bpmn:serviceTask id="t" name="Ask" zeebe:modelerTemplate="io.x" zeebe:modelerTemplateVersion="3">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="io.camunda:http-json:1" retries="3"/>
        <zeebe:ioMapping><zeebe:input source="=a" target="url"/><zeebe:output source="=b" target="c"/></zeebe:ioMapping>
        <zeebe:taskHeaders><zeebe:header key="resultVariable" value="r"/></zeebe:taskHeaders>
      </bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:boundaryEvent id="b" attachedToRef="t" cancelActivity="false">
      <bpmn:timerEventDefinition><bpmn:timeDuration> PT1M </bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:exclusiveGateway id="x" default="x_e"/>
    <bpmn:subProcess id="sub"><bpmn:endEvent id="inner">
      <bpmn:errorEventDefinition errorRef="gone"/></bpmn:endEvent></bpmn:subProcess>
    <bpmn:endEvent id="e"/>
    <bpmn:sequenceFlow id="s_t" sourceRef="s" targetRef="t"/>
    <bpmn:sequenceFlow id="t_x" sourceRef="t" targetRef="x"/>
    <bpmn:sequenceFlow id="x_sub" sourceRef="x" targetRef="sub">
      <bpmn:conditionExpression>=n &gt; 1</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="x_e" sourceRef="x" targetRef="e"/>
  </bpmn:process>
</bpmn:definitions>
"""


def in_a_process(inner: str, roots: str = "") -> str:
    return f'{HEAD}{roots}\n<bpmn:process id="P">\n{inner}\n</bpmn:process></bpmn:definitions>'


def test_a_process_is_read_with_its_elements_in_file_order() -> None:
    (process,) = read(FILE).processes
    assert (process.id, process.name, process.executable, process.version_tag) == ("P", "Orders", True, "1.2")
    assert list(process.elements) == ["s", "t", "b", "x", "sub", "inner", "e"]
    assert process.elements["inner"].parent == "sub"
    assert process.elements["t"].parent == "P"


def test_a_service_task_carries_what_its_template_wrote() -> None:
    task = read(FILE).processes[0].elements["t"]
    assert task.task_definition == TaskDefinition("io.camunda:http-json:1", "3")
    assert task.inputs == (VariableMapping("=a", "url"),)
    assert task.outputs == (VariableMapping("=b", "c"),)
    assert task.headers == (("resultVariable", "r"),)
    assert (task.modeler_template, task.modeler_template_version) == ("io.x", "3")


def test_events_carry_their_message_error_and_timer() -> None:
    elements = read(FILE).processes[0].elements
    start, boundary, end = elements["s"].event, elements["b"].event, elements["inner"].event
    assert start is not None
    assert start.message == Message("m", "order", "=id")
    assert boundary is not None
    assert (boundary.timer_kind, boundary.timer) == ("duration", "PT1M")
    assert (elements["b"].attached_to, elements["b"].interrupting) == ("t", False)
    assert end is not None
    assert end.reference is not None
    assert end.reference.code == "GONE"


def test_properties_keep_their_order_and_empty_values() -> None:
    start = read(FILE).processes[0].elements["s"]
    assert start.properties == (("inbound.type", "io.camunda:webhook:1"), ("x", ""))


def test_flows_name_their_ends_and_elements_their_flows() -> None:
    process = read(FILE).processes[0]
    assert process.flows["x_sub"].condition == "=n > 1"
    assert process.elements["x"].incoming == ("t_x",)
    assert process.elements["x"].outgoing == ("x_sub", "x_e")
    assert process.elements["x"].default_flow == "x_e"


def test_text_and_bytes_in_any_encoding_read_the_same() -> None:
    utf16 = FILE.replace("UTF-8", "UTF-16").encode("utf-16")
    assert read(FILE) == read(FILE.encode()) == read(utf16)


def test_a_document_type_is_refused_with_its_line() -> None:
    with pytest.raises(BpmnError) as raised:
        read('<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>\n<x>&a;</x>')
    assert raised.value.line == 2
    assert "DOCTYPE" in raised.value.message


@pytest.mark.parametrize(
    ("xml", "line", "part"),
    [
        ("not xml", 1, "not well-formed XML: syntax error"),
        ("<a>\n<b>\n</a>", 3, "mismatched tag"),
        ("", 1, "no element found"),
        ("<html/>", 1, "outermost element is <html>"),
        ("\ud800", None, "half a surrogate pair"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', 1, "encoding"),
        (in_a_process('<bpmn:task id="a"/>\n<bpmn:task id="a"/>'), 4, "multiple occurrences of ID value 'a'"),
        (in_a_process("<bpmn:task/>"), 3, "a <task> has no id"),
        (
            in_a_process(
                '<bpmn:odd id="o"/>\n<bpmn:task id="a"/><bpmn:sequenceFlow id="f" sourceRef="a" targetRef="o"/>'
            ),
            3,
            "'o' is a bpmn:odd, an element that is not known",
        ),
        (in_a_process('<bpmn:receiveTask id="r" messageRef="no"/>'), 3, "'no' names no message"),
        (
            in_a_process('<bpmn:endEvent id="e"><bpmn:errorEventDefinition errorRef="no"/></bpmn:endEvent>'),
            3,
            "'no' names no error",
        ),
        (in_a_process('<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"/>'), 3, "sourceRef 'a'"),
        (in_a_process('<bpmn:boundaryEvent id="b" attachedToRef="no"/>'), 3, "attachedToRef 'no'"),
        (in_a_process('<bpmn:exclusiveGateway id="x" default="no"/>'), 3, "default flow 'no'"),
    ],
)
def test_a_bad_file_is_refused_with_the_line_and_the_reason(xml: str | bytes, line: int | None, part: str) -> None:
    with pytest.raises(BpmnError) as raised:
        read(xml)
    assert raised.value.line == line
    assert part in raised.value.message


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    largest = in_a_process("")
    largest += " " * (MAX_BYTES - len(largest))
    assert read(largest).processes[0].id == "P"
    with pytest.raises(BpmnError, match="more than the 4194304 that are read"):
        read(largest + " ")


def test_elements_may_be_nested_as_deeply_as_the_limit_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        extra = depth - 2
        return in_a_process("<x>" * extra + "</x>" * extra)

    assert read(nested(MAX_DEPTH)).processes[0].id == "P"
    with pytest.raises(BpmnError, match="nested more than 200 deep"):
        read(nested(MAX_DEPTH + 1))


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_bpmn_error(data: bytes) -> None:
    with contextlib.suppress(BpmnError):
        read(data)


@given(st.integers(0, len(FILE) - 1), st.integers(0, 60), st.text(max_size=6))
def test_no_damaged_file_raises_anything_but_a_bpmn_error(start: int, length: int, put: str) -> None:
    with contextlib.suppress(BpmnError):
        read(FILE[:start] + put + FILE[start + length :])
