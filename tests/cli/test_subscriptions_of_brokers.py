"""`connectors subscriptions sync`: what a broker's mapping needs beside the model, and what is refused of it."""

from pathlib import Path

import pytest

from devkit.checkout import ROOT
from devkit.cli.main import execute
from devkit.generate import template
from devkit.generate.cloudformation import read_template
from devkit.generate.join import UnusableForm

BROKER = "arn:aws:mq:eu-central-1:123456789012:broker:shop:b-c8352341-ec91-4a78-ad9c-a43f23d325bb"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:broker-AbCdEf"


def test_a_queue_of_amazon_mq_needs_its_broker_and_has_no_partial_answers(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(ROOT / "events" / "rabbitmq-subscription" / "process.bpmn")
    assert execute(["subscriptions", "sync", model]) != 0
    assert "the queue orders wants --broker" in capsys.readouterr().err

    assert execute(["subscriptions", "sync", model, "--broker", BROKER, "--broker-secret", SECRET]) == 0

    resources = read_template(template(project))["Resources"]
    [mapping] = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Lambda::EventSourceMapping"]
    assert mapping == {
        "FunctionName": {"Ref": "InboundRabbitmqSubscription"},
        "EventSourceArn": BROKER,
        "Queues": ["orders"],
        "BatchSize": 10,
        "SourceAccessConfigurations": [
            {"Type": "BASIC_AUTH", "URI": SECRET},
            {"Type": "VIRTUAL_HOST", "URI": "shop"},
        ],
    }


def test_what_is_said_of_a_queue_is_text_in_the_template_whatever_is_in_it(project: Path) -> None:
    text = (ROOT / "events" / "rabbitmq-subscription" / "process.bpmn").read_text(encoding="utf-8")
    text = text.replace(":5671/shop", ":5671/a%3A%20%22b%22%20%23").replace('value="orders"', 'value="x: !Ref y"')
    (project / "odd.bpmn").write_text(text, encoding="utf-8")

    assert execute(["subscriptions", "sync", "odd.bpmn", "--broker", BROKER, "--broker-secret", SECRET]) == 0

    resources = read_template(template(project))["Resources"]
    [mapping] = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Lambda::EventSourceMapping"]
    assert mapping["Queues"] == ["x: !Ref y"]
    assert mapping["SourceAccessConfigurations"][1] == {"Type": "VIRTUAL_HOST", "URI": 'a: "b" #'}


CLUSTER = "arn:aws:kafka:eu-central-1:123456789012:cluster/shop/c8352341-ec91-4a78-ad9c-a43f23d325bb-2"


@pytest.mark.parametrize(
    ("process", "broker", "secret", "said"),
    [
        ("rabbitmq", CLUSTER, SECRET, "--broker is not the ARN of a broker of Amazon MQ"),
        ("rabbitmq", "x: y", SECRET, "--broker is not the ARN of a broker of Amazon MQ"),
        ("rabbitmq", f"{BROKER}\n", SECRET, "--broker is not the ARN of a broker of Amazon MQ"),
        ("rabbitmq", BROKER[:-1], SECRET, "--broker is not the one of the queue orders, read from b-c8352341"),
        ("rabbitmq", BROKER, "hunter2", "--broker-secret is not the ARN of a secret of AWS Secrets Manager"),
        ("rabbitmq", BROKER, BROKER, "--broker-secret is not the ARN of a secret of AWS Secrets Manager"),
        ("kafka", BROKER, SECRET, "--broker is not the ARN of a cluster of Amazon MSK"),
        ("kafka", "", "hunter2", "--broker-secret is not the ARN of a secret of AWS Secrets Manager"),
    ],
)
def test_an_arn_of_another_kind_or_broker_is_refused_and_a_password_not_repeated(
    project: Path, capsys: pytest.CaptureFixture[str], process: str, broker: str, secret: str, said: str
) -> None:
    model = str(ROOT / "events" / f"{process}-subscription" / "process.bpmn")

    assert execute(["subscriptions", "sync", model, "--broker", broker, "--broker-secret", secret]) == 2

    told = " ".join(capsys.readouterr().err.split())
    assert said in told
    assert "hunter2" not in told
    assert not (project / "subscriptions").exists()


def test_a_topic_of_amazon_msk_is_read_with_its_clusters_arn(project: Path) -> None:
    model = str(ROOT / "events" / "kafka-subscription" / "process.bpmn")

    assert execute(["subscriptions", "sync", model, "--broker", CLUSTER, "--broker-secret", SECRET]) == 0

    resources = read_template(template(project))["Resources"]
    [mapping] = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Lambda::EventSourceMapping"]
    assert mapping["EventSourceArn"] == CLUSTER
    assert mapping["SourceAccessConfigurations"] == [{"Type": "SASL_SCRAM_512_AUTH", "URI": SECRET}]


def test_a_topic_gets_its_mapping_with_pollers_that_read_partial_answers(project: Path) -> None:
    assert execute(["subscriptions", "sync", str(ROOT / "events" / "kafka-subscription" / "process.bpmn")]) == 0

    resources = read_template(template(project))["Resources"]
    [mapping] = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Lambda::EventSourceMapping"]
    assert mapping == {
        "FunctionName": {"Ref": "InboundKafkaSubscription"},
        "SelfManagedEventSource": {
            "Endpoints": {"KafkaBootstrapServers": ["broker-1.example.com:9092", "broker-2.example.com:9092"]}
        },
        "Topics": ["orders"],
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 100,
        "ProvisionedPollerConfig": {"MinimumPollers": 1},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }


TOPIC = ROOT / "events" / "kafka-subscription" / "process.bpmn"


def test_two_elements_of_a_topic_that_begin_elsewhere_are_refused_by_their_names(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TOPIC.read_text(encoding="utf-8")
    start = text[text.index("<bpmn:startEvent") : text.index("</bpmn:startEvent>")] + "</bpmn:startEvent>"
    second = start.replace('id="ordered"', 'id="late"').replace('value="earliest"', 'value="latest"')
    (project / "two.bpmn").write_text(text.replace(start, start + second), encoding="utf-8")

    assert execute(["subscriptions", "sync", "two.bpmn"]) != 0

    said = " ".join(capsys.readouterr().err.split())
    assert "ordered and late in two.bpmn read from one source, which has one mapping on AWS, and differ" in said
    assert "`StartingPosition: TRIM_HORIZON` and `StartingPosition: LATEST`; give both the same" in said
    assert not (project / "subscriptions").exists()


def test_two_processes_that_want_one_mapping_otherwise_are_refused_by_their_files(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TOPIC.read_text(encoding="utf-8").replace('id="orders"', 'id="returns"')
    (project / "second.bpmn").write_text(text.replace('value="earliest"', 'value="latest"'), encoding="utf-8")
    assert execute(["subscriptions", "sync", str(TOPIC), "second.bpmn"]) == 0

    with pytest.raises(UnusableForm) as refused:
        template(project)

    said = str(refused.value)
    assert said.startswith("subscriptions/orders.yaml and subscriptions/returns.yaml both have InboundKafka")
    assert "differ: `StartingPosition: TRIM_HORIZON` and `StartingPosition: LATEST`; give both" in said


@pytest.mark.parametrize("reset", ['<zeebe:property name="autoOffsetReset" value="none" />', ""])
def test_a_topic_that_is_to_begin_nowhere_has_no_mapping(
    project: Path, capsys: pytest.CaptureFixture[str], reset: str
) -> None:
    given = '<zeebe:property name="autoOffsetReset" value="earliest" />'
    (project / "none.bpmn").write_text(TOPIC.read_text(encoding="utf-8").replace(given, reset), encoding="utf-8")

    assert execute(["subscriptions", "sync", "none.bpmn"]) != 0

    assert "a mapping has to begin somewhere: choose earliest or latest" in " ".join(capsys.readouterr().err.split())
