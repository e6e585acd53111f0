"""Processes with webhooks in them."""


def hook(path: str, **properties: str) -> str:
    named = {"inbound.type": "io.camunda:webhook:1", "inbound.context": path} | properties
    listed = "".join(f'<zeebe:property name="{name}" value="{value}" />' for name, value in named.items())
    return f"<bpmn:extensionElements><zeebe:properties>{listed}</zeebe:properties></bpmn:extensionElements>"


def process(name: str, *, start: str | None = None, catch: str | None = None, title: str = "") -> bytes:
    """A process that starts and then waits for the message `paid`, with webhooks at both, at one, or at none."""
    started = hook(start) if start else ""
    waits = hook(catch, correlationKeyExpression="=request.body.id") if catch else ""
    return f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
      <bpmn:process id="{name}" name="{title}" isExecutable="true">
        <bpmn:startEvent id="start">{started}<bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
        <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="paid" />
        <bpmn:intermediateCatchEvent id="paid">{waits}
          <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
          <bpmn:messageEventDefinition id="me" messageRef="m" />
        </bpmn:intermediateCatchEvent>
        <bpmn:sequenceFlow id="f2" sourceRef="paid" targetRef="end" />
        <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
      </bpmn:process>
      <bpmn:message id="m" name="paid"><bpmn:extensionElements>
        <zeebe:subscription correlationKey="=&quot;o-1&quot;" />
      </bpmn:extensionElements></bpmn:message>
    </bpmn:definitions>""".encode()
