"""A queue and a poll in the AWS emulator, IAM enforced: through the event source mapping and the schedule that
`connectors subscriptions sync` writes. `make rehearse` builds, then runs this file from top to bottom.
"""

from __future__ import annotations

import json
import platform
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from devkit.checkout import ROOT
from devkit.cli.main import execute
from devkit.engine import server
from devkit.generate import Choice, template
from devkit.generate.cloudformation import read_template
from devkit.testing.aws_stack import AwsStack
from devkit.testing.command_line import connectors
from devkit.testing.emulator import MACHINES, REGION, emulator

BUILD = ROOT / ".aws-sam" / "build"
STACK = "subscribed"
PATIENCE_SECONDS = 150.0
"""A schedule fires a minute after it was made."""
pytestmark = pytest.mark.timeout(400)

QUEUE_MODEL = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="from-queue" isExecutable="true">
    <bpmn:startEvent id="ordered">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:aws-sqs-inbound:1" />
        <zeebe:property name="authentication.type" value="defaultCredentialsChain" />
        <zeebe:property name="configuration.region" value="{region}" />
        <zeebe:property name="queue.url" value="{url}" />
        <zeebe:property name="resultExpression" value="{expression}" />
      </zeebe:properties></bpmn:extensionElements>
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="f" sourceRef="ordered" targetRef="end" />
    <bpmn:endEvent id="end" />
  </bpmn:process>
</bpmn:definitions>"""
EXPRESSION = "=if body.order = null then &#34;poison&#34; else {order: body.order}"
POLL_MODEL = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="polls" isExecutable="true">
    <bpmn:startEvent id="begin" />
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="paid" />
    <bpmn:intermediateCatchEvent id="paid">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:http-polling:1" />
        <zeebe:property name="method" value="GET" />
        <zeebe:property name="url" value="{url}" />
        <zeebe:property name="queryParameters" value="={{order: key}}" />
        <zeebe:property name="httpRequestInterval" value="PT10S" />
        <zeebe:property name="activationCondition" value="=body.paid" />
        <zeebe:property name="correlationKeyExpression" value="=body.order" />
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:messageEventDefinition id="m" messageRef="paid-message" />
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="paid" targetRef="end" />
    <bpmn:endEvent id="end" />
  </bpmn:process>
  <bpmn:message id="paid-message" name="paid">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=key" /></bpmn:extensionElements>
  </bpmn:message>
</bpmn:definitions>"""


@dataclass
class Rehearsal:
    """The stack with its parts for two processes, the queue, the engine, the service that is polled."""

    stack: AwsStack
    engine: EngineClient
    url: str
    dead: str
    service: HTTPServer

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.stack.endpoint("sqs").operation("SendMessage", {"QueueUrl": self.url, "MessageBody": body})

    def left(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        wanted = {"QueueUrl": url, "AttributeNames": names}
        found = self.stack.endpoint("sqs").operation("GetQueueAttributes", wanted)["Attributes"]
        return sum(int(value) for value in found.values())

    def orders(self) -> list[str]:
        """What the instances of the queue's process were told, as JSON."""
        keys = [one["processInstanceKey"] for one in self.instances("from-queue")]
        found = self.engine.search("variables", {"name": "order"})
        return sorted(one["value"] for one in found if one["processInstanceKey"] in keys)

    def instances(self, process: str) -> list[dict[str, str]]:
        return self.engine.search("process-instances", {"processDefinitionId": process, "state": "COMPLETED"})

    def until(self, done: Callable[[], bool]) -> None:
        clock, pause = SystemClock(), threading.Event()
        end = clock.monotonic() + PATIENCE_SECONDS
        while not done():
            assert clock.monotonic() < end, self.stack.emulator.log.read_text(errors="replace")[-3000:]
            pause.wait(0.5)


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory, make_httpserver: HTTPServer) -> Iterator[Rehearsal]:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    if Choice.of(text).architecture != MACHINES.get(platform.machine().lower()):
        pytest.skip("the template is for another processor than this machine's: the emulator cannot run the functions")
    folder = tmp_path_factory.mktemp("project")
    with ExitStack() as stack:
        account = stack.enter_context(emulator())
        engine = server.start()
        stack.callback(engine.stop)
        deployed = AwsStack(account, STACK)
        url, dead = queues(deployed)
        models = written(folder, url, make_httpserver.url_for("/orders"))
        login = {"CAMUNDA_BASIC_AUTH_USERNAME": "connectors", "CAMUNDA_BASIC_AUTH_PASSWORD": "demo"}
        parameters = {
            "EngineAddress": engine.address,
            "EngineAuthentication": "BASIC",
            **{
                f"Engine{name}SecretArn": deployed.put_secret(f"engine/{name.lower()}", login)
                for name in ("Jobs", "Inbound", "Documents", "Read")
            },
            "AllowAddresses": "127.0.0.1/32",
            "PollerMode": "off",
        }
        deployed.deploy(with_parts(folder, models), parameters)
        variables = {**account.account, "CAMUNDA_REST_ADDRESS": engine.address}
        names = [str(model) for model in models]
        with connectors("webhooks", "sync", *names, "--stack", STACK, variables=variables) as command:
            assert command.wait() == 0, command.problems
        client = EngineClient(engine.address)
        stack.callback(client.close)
        yield Rehearsal(deployed, client, url, dead, make_httpserver)


def queues(stack: AwsStack) -> tuple[str, str]:
    """A queue, and another one for what nobody could use."""
    sqs = stack.endpoint("sqs")
    dead = str(sqs.operation("CreateQueue", {"QueueName": "dead"})["QueueUrl"])
    wanted = {"QueueUrl": dead, "AttributeNames": ["QueueArn"]}
    arn = sqs.operation("GetQueueAttributes", wanted)["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    attributes = {"RedrivePolicy": policy, "VisibilityTimeout": "30"}
    return str(sqs.operation("CreateQueue", {"QueueName": "orders", "Attributes": attributes})["QueueUrl"]), dead


def written(folder: Path, queue: str, service: str) -> list[Path]:
    texts = {
        "queue.bpmn": QUEUE_MODEL.format(region=REGION, url=queue, expression=EXPRESSION),
        "poll.bpmn": POLL_MODEL.format(url=service),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def with_parts(folder: Path, models: list[Path]) -> Path:
    """The build, as it is with the mapping and the schedule of the models in the project."""
    project, build = folder / "project", folder / "build"
    shutil.copytree(ROOT / "functions", project / "functions")
    shutil.copy(ROOT / "stack.yaml", project)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        assert execute(["subscriptions", "sync", *map(str, models)]) == 0
    shutil.copytree(BUILD, build)
    content = read_template((build / "template.yaml").read_text(encoding="utf-8"))
    wanted = read_template(template(project))["Resources"]
    content["Resources"] |= {name: one for name, one in wanted.items() if name not in content["Resources"]}
    (build / "template.yaml").write_text(json.dumps(content), encoding="utf-8")
    return build


def test_messages_of_a_queue_start_instances_through_its_mapping(rehearsal: Rehearsal) -> None:
    rehearsal.send(*(json.dumps({"order": number}) for number in range(5)))

    rehearsal.until(lambda: len(rehearsal.instances("from-queue")) == 5)

    assert rehearsal.orders() == ["0", "1", "2", "3", "4"]
    rehearsal.until(lambda: rehearsal.left(rehearsal.url) == 0)


def test_what_no_element_can_use_goes_to_the_dead_letter_queue_and_takes_nothing_with_it(rehearsal: Rehearsal) -> None:
    rehearsal.send("poison", json.dumps({"order": 5}))

    rehearsal.until(lambda: len(rehearsal.instances("from-queue")) == 6)
    rehearsal.until(lambda: rehearsal.left(rehearsal.dead) == 1)

    assert rehearsal.orders() == ["0", "1", "2", "3", "4", "5"]


def test_an_instance_is_polled_for_by_the_schedule_until_its_answer_comes(rehearsal: Rehearsal) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.args["order"])
        return Response(json.dumps({"order": request.args["order"], "paid": len(asked) > 1}))

    rehearsal.service.expect_request("/orders").respond_with_handler(answer)
    rehearsal.engine.create_instance(process_definition_id="polls", variables={"key": "a"})

    rehearsal.until(lambda: len(rehearsal.instances("polls")) == 1)

    assert len(asked) >= 2
