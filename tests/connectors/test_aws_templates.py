"""Every official template for SQS, SNS and EventBridge, against the AWS emulator; AWS's own SDK sees what arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from connector_sdk.outbound import Connector
from devkit.testing import services_for
from devkit.testing.emulator import ACCOUNT, REGION, RunningEmulator
from devkit.testing.official import OfficialBench, OfficialTask, Ran
from functions.outbound.eventbridge.app import handler as eventbridge
from functions.outbound.sns.app import handler as sns
from functions.outbound.sqs.app import handler as sqs
from tests.connectors.conftest import Client
from tests.connectors.official import official

BODY = {"order": 7, "note": "für Jürg"}
ATTRIBUTES = {
    "trace": {"DataType": "String", "StringValue": "t-1"},
    "weight": {"dataType": "Number", "stringValue": "1.5"},
}
COMMON: Mapping[str, Any] = {
    "authentication.accessKey": "{{secrets.KEY}}",
    "authentication.secretKey": "{{secrets.SECRET}}",
    "configuration.region": REGION,
    "queue.region": REGION,
    "topic.region": REGION,
}
SECRETS = {"KEY": ACCOUNT["AWS_ACCESS_KEY_ID"], "SECRET": ACCOUNT["AWS_SECRET_ACCESS_KEY"]}


@dataclass(frozen=True)
class Queue:
    """A queue of the emulator."""

    url: str
    arn: str
    client: Any

    def received(self) -> list[dict[str, Any]]:
        answer = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        for message in found:
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found


FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


def made(client: Client, name: str, **attributes: str) -> Queue:
    service = client("sqs")
    url = service.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = service.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    senders = {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}
    allowed = {"Effect": "Allow", "Principal": senders, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    service.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return Queue(url, arn, service)


@pytest.fixture(scope="module")
def queues(client: Client) -> Mapping[str, Queue]:
    return {"standard": made(client, "orders"), "fifo": made(client, "orders.fifo", **FIFO)}


@pytest.fixture(scope="module")
def topics(client: Client) -> Mapping[str, tuple[str, Queue]]:
    """A standard and a FIFO topic, each with a queue that gets what is published."""
    service = client("sns")

    def topic(name: str, queue: Queue, **attributes: str) -> tuple[str, Queue]:
        arn = service.create_topic(Name=name, Attributes=attributes)["TopicArn"]
        service.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue.arn)
        return arn, queue

    return {
        "standard": topic("news", made(client, "of-news")),
        "fifo": topic("news.fifo", made(client, "of-news.fifo", **FIFO), **FIFO),
    }


@pytest.fixture(scope="module")
def bus(client: Client) -> Queue:
    """The queue behind the event bus `orders`: it gets what comes from com.example."""
    service, queue = client("events"), made(client, "of-orders")
    service.create_event_bus(Name="orders")
    pattern = json.dumps({"source": [{"prefix": "com.example"}]})
    service.put_rule(Name="example", EventBusName="orders", EventPattern=pattern)
    service.put_targets(Rule="example", EventBusName="orders", Targets=[{"Id": "queue", "Arn": queue.arn}])
    return queue


def ran(task: OfficialTask, connector: Connector, bench: OfficialBench, account: RunningEmulator, **known: Any) -> Ran:
    """The task with its values, done by the connector in a function whose role may do everything in the emulator."""
    services = services_for(SECRETS, environment=dict(account.account))
    found = bench.run(bench.apply(task, {**COMMON, **known}), connector, services)
    assert (found.outcome["command"], found.state) == ("completion", "COMPLETED"), found.outcome
    return found


def answer(found: Ran) -> Any:
    """What the result variable of a filled-in template holds; None where it asks for none."""
    assert found.variables.get("seen") == found.variables.get("answer")
    return json.loads(found.variables["answer"]) if "answer" in found.variables else None


@pytest.mark.parametrize("task", official("io.camunda:aws-sqs:1"))
def test_a_message_is_in_the_queue(
    task: OfficialTask, bench: OfficialBench, account: RunningEmulator, queues: Mapping[str, Queue]
) -> None:
    kind = str(task.chosen("queue.type"))
    queue = queues[kind]
    values = {
        "queue.url": queue.url,
        "queue.messageBody": {**BODY, "task": str(task)},
        "queue.messageAttributes": ATTRIBUTES,
        "queue.messageGroupId": "group-1",
        "queue.messageDeduplicationId": str(task)[-100:],
    }
    found = ran(task, sqs, bench, account, **values)

    [message] = queue.received()
    assert json.loads(message["Body"]) == {**BODY, "task": str(task)}
    if task.fill == "all":
        assert answer(found) == {"messageId": message["MessageId"]}
        seen = {name: (one["DataType"], one["StringValue"]) for name, one in message["MessageAttributes"].items()}
        assert seen == {"trace": ("String", "t-1"), "weight": ("Number", "1.5")}
    if task.fill == "all" and kind == "fifo":
        assert message["Attributes"]["MessageGroupId"] == "group-1"
        assert message["Attributes"]["MessageDeduplicationId"] == str(task)[-100:]


@pytest.mark.parametrize("task", official("io.camunda:aws-sns:1"))
def test_a_message_reaches_who_has_subscribed(
    task: OfficialTask, bench: OfficialBench, account: RunningEmulator, topics: Mapping[str, tuple[str, Queue]]
) -> None:
    kind = str(task.chosen("topic.type") or "standard")
    arn, queue = topics[kind]
    values = {
        "topic.topicArn": arn,
        "topic.subject": "Order 7",
        "topic.message": f"für Jürg & Co: {task}",
        "topic.messageAttributes": ATTRIBUTES,
        "topic.messageGroupId": "group-1",
        "topic.messageDeduplicationId": str(task)[-100:],
    }
    found = ran(task, sns, bench, account, **values)

    [message] = queue.received()
    notification = json.loads(message["Body"])
    assert notification["Message"] == f"für Jürg & Co: {task}"
    if task.fill == "all":
        assert answer(found) == {"messageId": notification["MessageId"]}
        assert notification["Subject"] == "Order 7"
        seen = {name: (one["Type"], one["Value"]) for name, one in notification["MessageAttributes"].items()}
        assert seen == {"trace": ("String", "t-1"), "weight": ("Number", "1.5")}
    if task.fill == "all" and kind == "fifo":
        assert message["Attributes"]["MessageGroupId"] == "group-1"


@pytest.mark.parametrize("task", official("io.camunda:aws-eventbridge:1"))
def test_an_event_matches_a_rule_of_the_bus(
    task: OfficialTask, bench: OfficialBench, account: RunningEmulator, bus: Queue
) -> None:
    values = {
        "input.eventBusName": "orders",
        "input.source": "com.example.orders",
        "input.detailType": "order placed",
        "input.detail": {**BODY, "task": str(task)},
    }
    found = ran(task, eventbridge, bench, account, **values)

    [message] = bus.received()
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"]) == ("com.example.orders", "order placed")
    assert event["detail"] == {**BODY, "task": str(task)}
    if task.fill == "all":
        said = answer(found)
        assert said["entries"] == [{"eventId": event["id"], "errorCode": None, "errorMessage": None}]
        assert (said["failedEntryCount"], said["sdkHttpMetadata"]["httpStatusCode"]) == (0, 200)
