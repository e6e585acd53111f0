"""Which elements of a BPMN file want webhooks."""

import pytest

from connector_sdk.bpmn import read
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.elements import InboundElement, UnusableProcess, elements_of

DEPLOYED = DeployedProcess("p", 3, "2251799813685250", "p.bpmn", "acme")
HOOK = '<zeebe:property name="inbound.type" value="io.camunda:webhook:1" />'
KEY = '<zeebe:property name="correlationKeyExpression" value="=request.body.id" />'


def scan(elements: str, definitions: str = '<bpmn:message id="m" name="paid" />') -> list[InboundElement]:
    xml = f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
      <bpmn:process id="p" isExecutable="true">{elements}</bpmn:process>
      <bpmn:process id="q"><bpmn:startEvent id="s2">{hook(HOOK)}</bpmn:startEvent></bpmn:process>
      {definitions}</bpmn:definitions>"""
    return elements_of(read(xml), DEPLOYED)


def hook(properties: str = HOOK) -> str:
    return f"<bpmn:extensionElements><zeebe:properties>{properties}</zeebe:properties></bpmn:extensionElements>"


MESSAGE = '<bpmn:messageEventDefinition id="x" messageRef="m" />'
TIMER = '<bpmn:timerEventDefinition id="t"><bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>'


@pytest.mark.parametrize(
    ("xml", "effect", "message"),
    [
        (f'<bpmn:startEvent id="e">{hook()}</bpmn:startEvent>', "create", None),
        (f'<bpmn:startEvent id="e">{hook()}{TIMER}</bpmn:startEvent>', "create", None),
        (f'<bpmn:startEvent id="e">{hook()}{MESSAGE}</bpmn:startEvent>', "publish", "paid"),
        (
            f'<bpmn:intermediateCatchEvent id="e">{hook(HOOK + KEY)}{MESSAGE}</bpmn:intermediateCatchEvent>',
            "publish",
            "paid",
        ),
        (f'<bpmn:receiveTask id="e" messageRef="m">{hook(HOOK + KEY)}</bpmn:receiveTask>', "publish", "paid"),
        (
            '<bpmn:task id="t" /><bpmn:boundaryEvent id="e" attachedToRef="t">'
            f"{hook(HOOK + KEY)}{MESSAGE}</bpmn:boundaryEvent>",
            "publish",
            "paid",
        ),
        (
            '<bpmn:subProcess id="s" triggeredByEvent="true"><bpmn:startEvent id="e">'
            f"{hook()}{MESSAGE}</bpmn:startEvent></bpmn:subProcess>",
            "publish",
            "paid",
        ),
    ],
    ids=["start", "timer start", "message start", "intermediate", "receive", "boundary", "event sub-process"],
)
def test_each_kind_of_element_creates_or_publishes(xml: str, effect: str, message: str | None) -> None:
    [found] = scan(xml)

    assert (found.element_id, found.effect, found.message_name) == ("e", effect, message)
    assert (found.process_definition_id, found.version, found.tenant_id) == ("p", 3, "acme")
    assert InboundElement.from_json(found.to_json() | {"of a newer version": 1}) == found


@pytest.mark.parametrize(
    "xml",
    [
        '<bpmn:startEvent id="e" />',
        f'<bpmn:intermediateCatchEvent id="e">{hook()}{MESSAGE}</bpmn:intermediateCatchEvent>',
        f'<bpmn:intermediateCatchEvent id="e">{hook(HOOK + KEY)}{TIMER}</bpmn:intermediateCatchEvent>',
        f'<bpmn:intermediateThrowEvent id="e">{hook(HOOK + KEY)}{MESSAGE}</bpmn:intermediateThrowEvent>',
        f'<bpmn:serviceTask id="e">{hook(HOOK + KEY)}</bpmn:serviceTask>',
        f'<bpmn:startEvent id="e">{hook(HOOK.replace("io.camunda:webhook:1", ""))}</bpmn:startEvent>',
    ],
    ids=["no type", "no key", "timer catch", "throw", "service task", "empty type"],
)
def test_what_cannot_be_addressed_is_left_out(xml: str) -> None:
    assert scan(xml) == []


def test_a_message_event_without_a_message_makes_the_version_unusable() -> None:
    with pytest.raises(UnusableProcess, match="e in p version 3 is a message event without a message: choose one"):
        scan(f'<bpmn:startEvent id="e">{hook()}<bpmn:messageEventDefinition id="x" /></bpmn:startEvent>')


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("", 3_600_000),
        ("PT1H", 3_600_000),
        ("PT0S", 0),
        ("-PT5M", -300_000),
        ("+PT5M", 300_000),
        ("P1DT1H", 90_000_000),
        ("PT1.0005S", 1_000),
        ("PT-1.5S", -1_500),
        ("PT-0.0015S", -1),
        ("-PT-2S", 2_000),
        ("pt2s", 2_000),
        ("PT9000000000H", 32_400_000_000_000_000),
        ("PT9223372036854775.807S", 2**63 - 1),
    ],
)
def test_the_time_to_live_is_read_as_java_reads_durations(text: str, milliseconds: int) -> None:
    ttl = f'<zeebe:property name="messageTtl" value="{text}" />'

    [found] = scan(f'<bpmn:startEvent id="e">{hook(HOOK + ttl)}{MESSAGE}</bpmn:startEvent>')

    assert found.ttl_ms == milliseconds


@pytest.mark.parametrize(
    "text",
    [" ", "x", "3600", "P1W", "P1Y", "P", "PT", "P1DT", "PT1H ", "PT1S1M", "PT9223372036854775.808S", "{{secrets.T}}"],
)
def test_a_time_to_live_that_is_no_duration_makes_the_version_unusable(text: str) -> None:
    ttl = f'<zeebe:property name="messageTtl" value="{text}" />'

    with pytest.raises(UnusableProcess, match="messageTtl"):
        scan(f'<bpmn:startEvent id="e">{hook(HOOK + ttl)}{MESSAGE}</bpmn:startEvent>')


def test_the_first_of_equal_properties_counts_and_an_empty_one_is_absent() -> None:
    properties = "".join(
        f'<zeebe:property name="{name}" value="{value}" />'
        for name, value in (("inbound.context", "a"), ("inbound.context", "b"), ("resultVariable", ""), ("x", " "))
    )

    [found] = scan(f'<bpmn:startEvent id="e">{hook(HOOK + properties)}</bpmn:startEvent>')

    assert found.properties == {"inbound.type": "io.camunda:webhook:1", "inbound.context": "a", "x": " "}
