"""The life of the stack in the AWS emulator, IAM enforced. `make rehearse` builds, then runs this
file from top to bottom.

Lambda permissions, throttling and access logs are not the emulator's business: test_template.py holds those.
"""

import json
import platform
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.aws_endpoint import Call
from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.slack import SlackSignature
from devkit.checkout import ROOT
from devkit.demo import catalogue, github
from devkit.engine import server
from devkit.generate import Choice, template
from devkit.generate.cloudformation import read_template
from devkit.testing.aws_stack import AwsStack
from devkit.testing.command_line import connectors
from devkit.testing.emulator import MACHINES, emulator
from tests.documents import large
from tests.stack.rights import THIEF, Things, allowed, forbidden

BUILD = ROOT / ".aws-sam" / "build"
MODEL = ROOT / "examples" / "github-issue" / "github-issue.bpmn"
STACK = "rehearsal"
PATH = "/inbound/github-issues"
RUNTIME = ("documents", "importer", "messages", "poller", "redelivery")
PATIENCE_SECONDS = 90.0
pytestmark = pytest.mark.timeout(300)


@dataclass
class Rehearsal:
    """The stack and what it speaks to."""

    stack: AwsStack
    api: catalogue.Catalogue
    engine_server: server.RunningEngine
    parameters: dict[str, str]

    @property
    def engine(self) -> EngineClient:
        return EngineClient(self.engine_server.address)

    def webhooks(self, *arguments: str) -> None:
        """Call `connectors webhooks`, as somebody who may use the account and the engine."""
        variables = {**self.stack.emulator.account, "CAMUNDA_REST_ADDRESS": self.engine_server.address}
        with connectors("webhooks", *arguments, "--stack", STACK, variables=variables) as command:
            assert command.wait() == 0, command.problems

    def send(self, delivery: str, secret: str = github.SECRET) -> int:
        """An issue is opened; returns the webhook's status."""
        webhook = github.issue_opened("acme/webshop", 7, "The basket is empty", delivery=delivery, secret=secret)
        return self.stack.post(PATH, webhook.headers, webhook.body).status

    def poll_until_completed(self, count: int) -> None:
        """Run the poller until that many instances have come to their end."""
        self.repeat(lambda: self.stack.invoke("poller", {}), lambda: len(self.instances("COMPLETED")) == count)

    def repeat(self, act: Callable[[], object], done: Callable[[], bool]) -> None:
        """Act until it is done, with a second between, within a limit."""
        clock, pause = SystemClock(), threading.Event()
        until = clock.monotonic() + PATIENCE_SECONDS
        while not done():
            assert clock.monotonic() < until, self.stack.emulator.log.read_text(errors="replace")[-3000:]
            act()
            pause.wait(0 if done() else 1)

    def instances(self, state: str) -> list[str]:
        return [one["processInstanceKey"] for one in self.engine.search("process-instances", {"state": state})]


SLACK_MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="from-slack" isExecutable="true">
    <bpmn:startEvent id="said">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:slack-webhook:1" />
        <zeebe:property name="inbound.context" value="slack" />
        <zeebe:property name="inbound.slackSigningSecret" value="a-secret-that-slack-knows" />
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:outgoing>on</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="on" sourceRef="said" targetRef="end" />
    <bpmn:endEvent id="end"><bpmn:incoming>on</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""
SECOND_MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="tickets" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>on</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="on" sourceRef="start" targetRef="ticket" />
    <bpmn:serviceTask id="ticket">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="acme:github:1" />
        <zeebe:ioMapping>
          <zeebe:input source="POST" target="method" />
          <zeebe:input source="{{secrets.CATALOGUE_URL}}/tickets" target="url" />
          <zeebe:input source="bearer" target="authentication.type" />
          <zeebe:input source="{{secrets.TOKEN}}" target="authentication.token" />
          <zeebe:input source="={from: &#34;a second name&#34;}" target="body" />
        </zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:incoming>on</bpmn:incoming>
    </bpmn:serviceTask>
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[Rehearsal]:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    if Choice.of(text).architecture != MACHINES.get(platform.machine().lower()):
        pytest.skip("the template is for another processor than this machine's: the emulator cannot run the functions")
    with ExitStack() as stack:
        account = stack.enter_context(emulator())
        api = stack.enter_context(catalogue.Catalogue())
        engine = server.start()
        deployed = AwsStack(account, STACK)
        login = {"CAMUNDA_BASIC_AUTH_USERNAME": "connectors", "CAMUNDA_BASIC_AUTH_PASSWORD": "demo"}
        parameters = {
            "EngineAddress": engine.address,
            "EngineAuthentication": "BASIC",
            "EngineJobsSecretArn": deployed.put_secret("engine/jobs", login),
            "EngineInboundSecretArn": deployed.put_secret("engine/inbound", login),
            "EngineDocumentsSecretArn": deployed.put_secret("engine/documents", login),
            "EngineReadSecretArn": deployed.put_secret("engine/read", login),
            "AllowAddresses": "127.0.0.1/32",
            "PollerMode": "minute",
        }
        deployed.put_secret(f"/{STACK}/webhook", {"GITHUB_WEBHOOK_SECRET": github.SECRET})
        deployed.put_secret(f"/{STACK}/http-json", {"CATALOGUE_URL": api.address, "CATALOGUE_TOKEN": catalogue.TOKEN})
        going = Rehearsal(deployed, api, engine, parameters)
        stack.callback(lambda: going.engine_server.stop())
        yield going


def test_the_build_deploys(rehearsal: Rehearsal) -> None:
    printed = rehearsal.stack.deploy(BUILD, rehearsal.parameters)

    assert "Successfully created/updated stack" in printed
    # The emulator checks this action against every resource; AWS against the path that the role names.
    rehearsal.stack.allow(rehearsal.stack.physical_id("RuntimePollerRole"), "ssm:GetParametersByPath", "*")


def test_a_signed_webhook_starts_an_instance_whose_jobs_are_done(rehearsal: Rehearsal) -> None:
    rehearsal.webhooks("sync", str(MODEL))

    assert rehearsal.send("delivery-1") == 202
    assert len(rehearsal.instances("ACTIVE")) == 1
    rehearsal.poll_until_completed(1)
    assert rehearsal.instances("ACTIVE") == []
    assert [ticket["team"] for ticket in rehearsal.api.tickets] == ["storefront"]


def test_a_forged_webhook_and_a_repeated_one_start_nothing(rehearsal: Rehearsal) -> None:
    assert rehearsal.send("delivery-2", secret=github.GUESS) == 401
    assert rehearsal.send("delivery-1") == 202
    assert rehearsal.instances("ACTIVE") == []


def test_a_webhook_that_came_while_the_engine_was_away_is_published_later(rehearsal: Rehearsal) -> None:
    rehearsal.engine_server.stop()
    assert rehearsal.send("delivery-3") == 200  # the example's own answer to an event that is kept for later

    rehearsal.engine_server = server.start(port=urlsplit(rehearsal.engine_server.address).port or 0)
    rehearsal.webhooks("sync", str(MODEL))
    rehearsal.repeat(lambda: rehearsal.stack.invoke("redelivery", {}), lambda: len(rehearsal.instances("ACTIVE")) == 1)
    rehearsal.poll_until_completed(1)


def test_a_response_of_20_mb_goes_through_the_clusters_documents_and_back(
    rehearsal: Rehearsal, httpserver: HTTPServer
) -> None:
    service = large.Service(httpserver)
    rehearsal.engine.deploy([("large-file.bpmn", large.MODEL.encode())])
    done = len(rehearsal.instances("COMPLETED"))

    rehearsal.engine.create_instance(process_definition_id=large.PROCESS, variables={"service": service.address})
    rehearsal.poll_until_completed(done + 1)

    assert service.returned == [True]
    bucket, s3 = rehearsal.stack.output("Payloads"), rehearsal.stack.endpoint("s3")
    listed = s3.send(Call("GET", f"/{bucket}", query=[("list-type", "2"), ("prefix", "documents/")])).body
    assert b"<Key>" not in listed


def test_a_webhook_of_another_kind_gets_a_route_to_its_own_function(rehearsal: Rehearsal, tmp_path: Path) -> None:
    model = tmp_path / "slack.bpmn"
    model.write_text(SLACK_MODEL, encoding="utf-8")
    challenge = b'{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}'
    signed = SlackSignature("a-secret-that-slack-knows").sign(slack_request(challenge))
    assert rehearsal.stack.post("/inbound/slack", signed, challenge).status == 404

    rehearsal.webhooks("sync", str(model))

    answer = rehearsal.stack.post("/inbound/slack", signed, challenge)
    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": json.loads(challenge)["challenge"]})
    rehearsal.webhooks("retire", "from-slack")
    assert rehearsal.stack.post("/inbound/slack", signed, challenge).status == 404


def test_what_somebody_else_deploys_is_found_by_the_importer(rehearsal: Rehearsal) -> None:
    xml = (
        MODEL.read_bytes()
        .replace(b'id="github-issue"', b'id="found"')
        .replace(b'value="github-issues"', b'value="found"')
    )
    rehearsal.engine.deploy([("found.bpmn", xml)])

    rehearsal.repeat(
        lambda: rehearsal.stack.invoke("importer", {}),
        lambda: rehearsal.stack.post("/inbound/found", {}, b"{}").status == 401,
    )
    rehearsal.webhooks("retire", "found")


def test_the_same_code_under_a_second_name_serves_its_own_jobs_with_its_own_secrets(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    rehearsal.stack.put_secret(f"/{STACK}/github", {"CATALOGUE_URL": rehearsal.api.address, "TOKEN": catalogue.TOKEN})
    rehearsal.stack.deploy(with_second_name(tmp_path), rehearsal.parameters)
    done = len(rehearsal.instances("COMPLETED"))

    rehearsal.engine.deploy([("tickets.bpmn", SECOND_MODEL.encode())])
    rehearsal.engine.create_instance(process_definition_id="tickets")
    rehearsal.poll_until_completed(done + 1)

    assert rehearsal.api.tickets[-1] == {"from": "a second name"}


def with_second_name(folder: Path) -> Path:
    """The build, as it is with `functions/outbound/github/function.yaml` in the project."""
    project, build = folder / "project", folder / "build"
    shutil.copytree(ROOT / "functions", project / "functions")
    shutil.copy(ROOT / "stack.yaml", project)
    (project / "functions/outbound/github").mkdir()
    (project / "functions/outbound/github/function.yaml").write_text("Code: http-json\nType: acme:github:1\n")
    shutil.copytree(BUILD, build)
    shutil.copytree(BUILD / "OutboundHttpJson", build / "OutboundGithub")
    content = read_template((build / "template.yaml").read_text(encoding="utf-8"))
    wanted = read_template(template(project))["Resources"]
    for name in ("RuntimePollerRole", *(name for name in wanted if name.startswith("OutboundGithub"))):
        content["Resources"][name] = wanted[name]
    content["Resources"]["OutboundGithub"]["Properties"]["CodeUri"] = "OutboundGithub"
    (build / "template.yaml").write_text(json.dumps(content), encoding="utf-8")
    return build


def slack_request(body: bytes) -> WebhookRequest:
    """What Slack would sign now."""
    return WebhookRequest(method="POST", path="/inbound/slack", body=body, received_ms=SystemClock().time_ms())


def test_a_changed_layer_and_changed_code_are_picked_up(rehearsal: Rehearsal, tmp_path: Path) -> None:
    build = tmp_path / "build"
    shutil.copytree(BUILD, build)
    change(
        build / "SdkLayer/python/connector_sdk/inbound/answers.py", '\nNOT_FOUND = Answer(404, {"x-layer": "new"})\n'
    )
    for function in ("outbound/http_json", *(f"runtime/{name}" for name in RUNTIME)):
        name = "".join(word.capitalize() for word in re.split("[/_]", function))
        change(build / name / "functions" / function / "app.py", THIEF)
    assert "x-layer" not in rehearsal.stack.post("/inbound/nothing", {}, b"").headers

    rehearsal.webhooks("retire", "github-issue")
    rehearsal.stack.deploy(build, rehearsal.parameters)

    assert rehearsal.stack.post("/inbound/nothing", {}, b"").headers["x-layer"] == "new"
    assert rehearsal.send("delivery-4") == 404


def test_no_function_may_do_what_is_not_its_business(rehearsal: Rehearsal) -> None:
    things = Things.of(rehearsal.stack, rehearsal.parameters)
    own = allowed(things)
    for function, attempts in forbidden(things).items():
        found = rehearsal.stack.invoke(function, {"attempts": [*attempts, *own[function]]})
        expected = [True] * len(attempts) + [False] * len(own[function])
        assert found["refusals"] == expected, (function, list(zip(attempts, found["said"], strict=False)))
        if function == "http-json":
            assert not [name for name in found["environment"] if name.startswith(("CAMUNDA", "CONNECTORS_ENGINE"))]


def test_deleting_the_stack_leaves_nothing(rehearsal: Rehearsal) -> None:
    assert rehearsal.stack.left() != []
    bucket, s3 = rehearsal.stack.output("Payloads"), rehearsal.stack.endpoint("s3")
    s3.send(Call("PUT", f"/{bucket}/deliveries/x", body=b"a large body"))

    rehearsal.stack.delete()

    assert rehearsal.stack.left() == []


def change(module: Path, text: str) -> None:
    """Put text at the end of a built module, and take its compiled form away."""
    module.write_text(module.read_text(encoding="utf-8") + text, encoding="utf-8")
    for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
        compiled.unlink()
