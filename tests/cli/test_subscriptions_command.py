"""`connectors subscriptions`: from a BPMN file to the template."""

from pathlib import Path

import pytest

from devkit.checkout import ROOT
from devkit.cli.main import execute
from devkit.generate import template
from devkit.generate.cloudformation import read_template

MODEL = ROOT / "events" / "sqs-subscription" / "process.bpmn"
ARN = {"Fn::Sub": "arn:${AWS::Partition}:sqs:eu-central-1:123456789012:orders"}


def test_a_queue_gets_its_mapping_with_partial_answers_and_the_right_to_read_nothing_else(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["subscriptions", "sync", str(MODEL)]) == 0

    resources = read_template(template(project))["Resources"]
    [mapping] = [one for one in resources.values() if one["Type"] == "AWS::Lambda::EventSourceMapping"]
    [policy] = [one for one in resources.values() if one["Type"] == "AWS::IAM::Policy"]
    assert mapping["Properties"] == {
        "FunctionName": {"Ref": "InboundSqsSubscription"},
        "EventSourceArn": ARN,
        "BatchSize": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    assert policy["Properties"]["Roles"] == [{"Ref": "InboundSqsSubscriptionRole"}]
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == (
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        ARN,
    )
    assert "subscriptions/orders.yaml: written" in capsys.readouterr().out


def test_two_processes_that_read_from_one_queue_share_its_mapping(project: Path) -> None:
    second = project / "second.bpmn"
    second.write_text(MODEL.read_text(encoding="utf-8").replace('id="orders"', 'id="returns"'), encoding="utf-8")

    assert execute(["subscriptions", "sync", str(MODEL), str(second)]) == 0

    resources = read_template(template(project))["Resources"]
    assert [one["Type"] for one in resources.values()].count("AWS::Lambda::EventSourceMapping") == 1
    assert sorted(one.name for one in (project / "subscriptions").iterdir()) == ["orders.yaml", "returns.yaml"]


def test_what_a_process_no_longer_subscribes_to_leaves_the_template(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(["subscriptions", "sync", str(MODEL)])
    changed = project / "changed.bpmn"
    changed.write_text(MODEL.read_text(encoding="utf-8").replace("inbound.type", "other"), encoding="utf-8")

    assert execute(["subscriptions", "sync", str(changed)]) == 0

    assert list((project / "subscriptions").iterdir()) == []
    assert "orders subscribes to nothing" in capsys.readouterr().out


def test_the_list_says_whether_the_template_has_a_mapping(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for synced in (False, True):
        if synced:
            execute(["subscriptions", "sync", str(MODEL)])
            capsys.readouterr()
        assert execute(["subscriptions", "list", str(MODEL)]) == 0
        seen.append(capsys.readouterr().out.strip())

    source = "sqs:eu-central-1:123456789012:orders  orders, ordered; "
    assert seen == [f"{source}`connectors subscriptions sync` is due", f"{source}in subscriptions/orders.yaml"]


def test_a_queue_without_a_url_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = project / "broken.bpmn"
    text = MODEL.read_text(encoding="utf-8")
    broken.write_text(text.replace("https://sqs.eu-central-1.amazonaws.com/123456789012/orders", "orders"))

    assert execute(["subscriptions", "sync", str(broken)]) != 0

    assert "ordered in broken.bpmn: property queue.url is 'orders'" in " ".join(capsys.readouterr().err.split())


POLLING = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="{process}" isExecutable="true">
    <bpmn:startEvent id="ordered" />
    <bpmn:sequenceFlow id="f" sourceRef="ordered" targetRef="paid" />
    <bpmn:intermediateCatchEvent id="paid">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:http-polling:1" />
        <zeebe:property name="url" value="https://api.example.com/orders" />
        <zeebe:property name="httpRequestInterval" value="{interval}" />
        <zeebe:property name="correlationKeyExpression" value="=body.id" />
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:messageEventDefinition id="m" messageRef="paid-message" />
    </bpmn:intermediateCatchEvent>
  </bpmn:process>
  <bpmn:message id="paid-message" name="paid">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=key" /></bpmn:extensionElements>
  </bpmn:message>
</bpmn:definitions>"""


def test_processes_that_poll_share_a_schedule_that_may_invoke_their_function_only(project: Path) -> None:
    for process in ("orders", "returns"):
        (project / f"{process}.bpmn").write_text(POLLING.format(process=process, interval="PT10S"), encoding="utf-8")

    assert execute(["subscriptions", "sync", "orders.bpmn", "returns.bpmn"]) == 0

    resources = read_template(template(project))["Resources"]
    [schedule] = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Scheduler::Schedule"]
    assert (schedule["ScheduleExpression"], schedule["Target"]["Arn"]) == (
        "rate(1 minute)",
        {"Fn::GetAtt": ["InboundHttpPolling", "Arn"]},
    )
    [policy] = resources["InboundHttpPollingInvoker"]["Properties"]["Policies"]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("lambda:InvokeFunction", schedule["Target"]["Arn"])


MAILBOX = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="mails" isExecutable="true">
    <bpmn:startEvent id="mail">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:connector-email-inbound:1" />
        <zeebe:property name="authentication.username" value="orders" />
        <zeebe:property name="authentication.password" value="pw" />
        <zeebe:property name="data.imapConfig.imapHost" value="imap.example.com" />
        <zeebe:property name="data.imapConfig.imapPort" value="993" />
        <zeebe:property name="data.pollingConfig.handlingStrategy" value="READ" />
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:messageEventDefinition id="m" messageRef="mail-message" />
    </bpmn:startEvent>
  </bpmn:process>
  <bpmn:message id="mail-message" name="mail" />
</bpmn:definitions>"""


def test_a_mailbox_has_a_schedule(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "mails.bpmn").write_text(MAILBOX, encoding="utf-8")

    assert execute(["subscriptions", "sync", "mails.bpmn"]) == 0
    capsys.readouterr()
    assert execute(["subscriptions", "list", "mails.bpmn"]) == 0

    resources = read_template(template(project))["Resources"]
    [schedule] = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Scheduler::Schedule"]
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["InboundEmailPolling", "Arn"]}
    source = "imap:1c168adb00d2@imap.example.com:993/INBOX:unseen:read"
    assert " ".join(capsys.readouterr().out.split()) == f"{source} mails, mail; in subscriptions/mails.yaml"


def test_an_interval_that_is_no_duration_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "orders.bpmn").write_text(POLLING.format(process="orders", interval="10 s"), encoding="utf-8")

    assert execute(["subscriptions", "sync", "orders.bpmn"]) != 0

    assert "property httpRequestInterval: '10 s' is no duration" in " ".join(capsys.readouterr().err.split())


OWN_BROKER = """<bpmn:startEvent id="ordered">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="inbound.type" value="io.camunda:connector-rabbitmq-inbound:1" />
        <zeebe:property name="authentication.uri" value="amqps://rabbit.example.com/shop" />
        <zeebe:property name="queueName" value="orders" />
      </zeebe:properties></bpmn:extensionElements>
    </bpmn:startEvent>"""
LEFT_OUT = "ordered of orders: AWS reads brokers of Amazon MQ only, and queue orders of rabbit.example.com is none"


def test_a_queue_that_aws_cannot_read_is_said_and_the_rest_of_the_process_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = POLLING.format(process="orders", interval="PT10S").replace('<bpmn:startEvent id="ordered" />', OWN_BROKER)
    (project / "own.bpmn").write_text(text, encoding="utf-8")

    assert execute(["subscriptions", "sync", "own.bpmn"]) == 0
    printed = capsys.readouterr().out
    assert LEFT_OUT in printed
    assert "subscriptions/orders.yaml: written" in printed
    kinds = [one["Type"] for one in read_template(template(project))["Resources"].values()]
    assert (kinds.count("AWS::Scheduler::Schedule"), kinds.count("AWS::Lambda::EventSourceMapping")) == (1, 0)

    assert execute(["subscriptions", "list", "own.bpmn"]) == 0
    [queue, poll] = capsys.readouterr().out.splitlines()
    assert queue.endswith("orders, ordered; read by `connectors run` only")
    assert poll.endswith("orders, paid; in subscriptions/orders.yaml")


def test_a_process_of_which_aws_can_read_nothing_has_no_part(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "events" / "rabbitmq-subscription" / "process.bpmn").read_text(encoding="utf-8")
    (project / "own.bpmn").write_text(text.replace("b-c8352341", "rabbit-c8352341"), encoding="utf-8")

    assert execute(["subscriptions", "sync", "own.bpmn"]) == 0

    assert "orders subscribes to nothing that AWS reads" in capsys.readouterr().out
    assert not (project / "subscriptions").exists()


@pytest.mark.parametrize("process", ["../template", "..", "a/b", "a b", "1st"])
@pytest.mark.parametrize("kind", ["io.camunda:aws-sqs-inbound:1", "none"])
def test_a_process_whose_id_is_no_name_is_refused_before_any_file_is_touched(
    project: Path, capsys: pytest.CaptureFixture[str], process: str, kind: str
) -> None:
    text = MODEL.read_text(encoding="utf-8").replace("io.camunda:aws-sqs-inbound:1", kind)
    (project / "odd.bpmn").write_text(text.replace('id="orders"', f'id="{process}"'), encoding="utf-8")
    (project / "template.yaml").write_text("mine", encoding="utf-8")
    before = sorted(project.rglob("*"))

    assert execute(["subscriptions", "sync", str(MODEL), "odd.bpmn"]) == 2

    assert "is no id of a process" in " ".join(capsys.readouterr().err.split())
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize(
    "path",
    [
        "12345/orders",
        "123456789012/a&quot;b&#10; x: !Ref y",
        "123456789012/${AWS::Region}",
        f"123456789012/{'q' * 81}",
        "123456789012/orders.fifo2",
        "orders",
    ],
)
def test_a_queue_that_sqs_cannot_have_has_no_mapping(
    project: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    text = MODEL.read_text(encoding="utf-8").replace("123456789012/orders", path)
    (project / "odd.bpmn").write_text(text, encoding="utf-8")

    assert execute(["subscriptions", "sync", "odd.bpmn"]) == 2

    assert "queue.url" in " ".join(capsys.readouterr().err.split())
    assert not (project / "subscriptions").exists()


@pytest.mark.parametrize("name", ["q" * 80, "q" * 75 + ".fifo", "A-b_9"])
def test_a_queue_that_sqs_can_have_has_a_mapping(project: Path, name: str) -> None:
    text = MODEL.read_text(encoding="utf-8").replace("123456789012/orders", f"123456789012/{name}")
    (project / "odd.bpmn").write_text(text, encoding="utf-8")

    assert execute(["subscriptions", "sync", "odd.bpmn"]) == 0


@pytest.mark.parametrize("command", ["sync", "list"])
def test_an_expression_that_is_no_feel_is_refused_as_the_start_of_the_process_host_does(
    project: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    text = MODEL.read_text(encoding="utf-8").replace("{order: body.order}", "{order: ")
    (project / "broken.bpmn").write_text(text, encoding="utf-8")

    assert execute(["subscriptions", command, "broken.bpmn"]) == 2

    assert "broken.bpmn: resultExpression of ordered is no FEEL" in " ".join(capsys.readouterr().err.split())


def test_the_list_names_a_process_without_subscriptions(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = MODEL.read_text(encoding="utf-8").replace("inbound.type", "other")
    (project / "none.bpmn").write_text(text, encoding="utf-8")

    assert execute(["subscriptions", "list", "none.bpmn"]) == 0

    assert capsys.readouterr().out == "orders subscribes to nothing\n"
