"""SQS: every official inbound template on the emulator's queues, and what happens when something goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connector_sdk.inbound.batch import failures, settle
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from devkit.connector_runtime.sources.sqs import record
from devkit.testing.emulator import ACCOUNT, REGION, RunningEmulator, emulator
from devkit.testing.official import OfficialBench
from functions.inbound.sqs_subscription.app import handler
from tests.connectors.conftest import Client
from tests.connectors.subscribed import SAMPLE, Host, host, modelled, new_name, texts, until

TEMPLATES = {
    "start": "io.camunda.connectors.AWSSQS.StartEvent.v1",
    "message start": "io.camunda.connectors.AWSSQS.startmessage.v1",
    "event sub-process": "io.camunda.connectors.AWSSQS.startmessage.v1",
    "intermediate": "io.camunda.connectors.AWSSQS.intermediate.v1",
    "receive": "io.camunda.connectors.AWSSQS.receive.v1",
    "boundary": "io.camunda.connectors.AWSSQS.boundary.v1",
}
SECRETS = {"KEY": ACCOUNT["AWS_ACCESS_KEY_ID"], "SECRET": ACCOUNT["AWS_SECRET_ACCESS_KEY"]}


@pytest.fixture
def sqs(client: Client) -> Any:
    return client("sqs")


@pytest.fixture
def at(account: RunningEmulator) -> Iterator[Host]:
    with host(Settings.read(account.account), SECRETS) as going:
        yield going


def queue(sqs: Any, **attributes: str) -> str:
    url: str = sqs.create_queue(QueueName=new_name(), Attributes=attributes)["QueueUrl"]
    return url


def of_queue(url: str, **more: str | bool) -> dict[str, str | bool]:
    return {
        "authentication.type": "credentials",
        "authentication.accessKey": "{{secrets.KEY}}",
        "authentication.secretKey": "{{secrets.SECRET}}",
        "configuration.region": REGION,
        "queue.url": url,
        "queue.pollingWaitTime": "1",
        **more,
    }


def left(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(value) for value in found.values())


@pytest.mark.parametrize("kind", SAMPLE)
def test_a_message_does_what_the_element_of_an_official_template_is_for(
    bench: OfficialBench, sqs: Any, at: Host, kind: str
) -> None:
    process, url = new_name(), queue(sqs)
    at.deploy(process, modelled(bench.modeler, TEMPLATES[kind], kind, process, "body.id", of_queue(url)))
    if "start" not in kind:
        at.wait_for(process, "m-1")

    sqs.send_message(QueueUrl=url, MessageBody='{"id": "m-1"}')

    assert at.collected(process, 1) == ["m-1"]
    until(lambda: left(sqs, url) == 0)


def test_expressions_see_the_message_as_in_camundas_runtime(bench: OfficialBench, sqs: Any, at: Host) -> None:
    process, url = new_name(), queue(sqs)
    values = of_queue(
        url,
        **{
            "queue.messageAttributeNames": '=["trace"]',
            "queue.attributeNames": '=["ApproximateReceiveCount"]',
            "resultExpression": "={seen: {body: body, id: messageId, trace: messageAttributes, system: attributes}}",
        },
    )
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "body", values))

    sent = sqs.send_message(
        QueueUrl=url,
        MessageBody="no JSON",
        MessageAttributes={
            "trace": {"DataType": "String", "StringValue": "t-1"},
            "other": {"DataType": "Number", "StringValue": "2"},
        },
    )

    trace = {"stringListValues": [], "binaryListValues": [], "stringValue": "t-1", "dataType": "String"}
    assert at.collected(process, 1) == [
        {
            "body": "no JSON",
            "id": sent["MessageId"],
            "trace": {"trace": trace},
            "system": {"ApproximateReceiveCount": "1"},
        }
    ]


def test_a_message_that_no_element_can_use_goes_to_the_dead_letter_queue_and_stops_no_other(
    bench: OfficialBench, sqs: Any, at: Host
) -> None:
    process, dead = new_name(), queue(sqs)
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    url = queue(sqs, VisibilityTimeout="1", RedrivePolicy=policy)
    # A context that is none: the result expression fails for the poison.
    values = of_queue(url, resultExpression='=if body.id = null then "poison" else {seen: body.id}')
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "body.id", values))

    for body in ("poison", *texts(range(3))):
        sqs.send_message(QueueUrl=url, MessageBody=body)

    assert sorted(at.collected(process, 3)) == ["m-0", "m-1", "m-2"]
    until(lambda: left(sqs, dead) == 1, lambda: at.states())
    assert at.states() == {State.PUBLISHED: 3, State.REFUSED: 1}
    assert at.seen(process) == []


def test_what_came_while_the_engine_was_away_is_published_once_each(bench: OfficialBench, sqs: Any, at: Host) -> None:
    process, url = new_name(), queue(sqs)
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "body.id", of_queue(url)))
    at.outage()

    for body in texts(range(12)):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    until(lambda: at.states() == {State.PENDING: 12})
    until(lambda: left(sqs, url) == 0)
    at.back()
    at.redeliver()

    assert sorted(at.collected(process, 12)) == sorted(f"m-{number}" for number in range(12))
    assert at.seen(process) == []
    assert at.states() == {State.PUBLISHED: 12}


def test_nothing_is_lost_or_doubled_when_the_broker_restarts(bench: OfficialBench, account: RunningEmulator) -> None:
    with emulator() as own, host(Settings.read(own.account), SECRETS) as at:
        sqs = Client(own)("sqs")
        process, url = new_name(), queue(sqs, VisibilityTimeout="2")
        at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "body.id", of_queue(url)))
        for body in texts(range(3)):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        before = at.collected(process, 3)

        own.program.restart()
        for body in texts(range(3, 6)):
            sqs.send_message(QueueUrl=url, MessageBody=body)

        assert sorted(before + at.collected(process, 3)) == [f"m-{number}" for number in range(6)]
        until(lambda: left(sqs, url) == 0)
        assert at.seen(process) == []


def test_a_message_that_is_handed_over_again_is_published_once(bench: OfficialBench, sqs: Any, at: Host) -> None:
    process, url = new_name(), queue(sqs)
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "body.id", of_queue(url)))
    [[subscription]] = at.subscriptions
    message = {"MessageId": "5fea7756", "ReceiptHandle": "r", "Body": '{"id": "m-1"}', "Attributes": {}}
    event = {"Records": [record(message, subscription.configuration.arn)]}

    answers = [failures(handler, settle(handler, event, at.services)) for _ in range(3)]

    assert answers == [{"batchItemFailures": []}] * 3
    assert at.collected(process, 1) == ["m-1"]
    assert at.seen(process) == []


def test_a_message_that_nobody_wants_stays_in_the_queue_unless_the_model_consumes_it(
    bench: OfficialBench, sqs: Any, at: Host
) -> None:
    answers = []
    for consumes in (True, False):
        process, url = new_name(), queue(sqs)
        values = of_queue(url, activationCondition="=body.id = 1", consumeUnmatchedEvents=consumes)
        at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "body.id", values))
        [subscription] = [one for queued in at.subscriptions for one in queued if one.configuration.url == url]
        message = {"MessageId": "m", "ReceiptHandle": "r", "Body": '{"id": 2}', "Attributes": {}}
        event = {"Records": [record(message, subscription.configuration.arn)]}
        answers.append(failures(handler, settle(handler, event, at.services)))

    assert answers == [{"batchItemFailures": []}, {"batchItemFailures": [{"itemIdentifier": "m"}]}]
    assert at.states() == {}
