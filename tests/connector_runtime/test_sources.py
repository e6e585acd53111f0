"""Consumers of brokers on one machine: each kind has one, and one whose broker goes away is started again."""

import threading
from collections.abc import Iterator

import pytest

from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.batch import settle
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.message import Settled
from connector_sdk.inbound.polling import Polls
from connector_sdk.inbound.subscription import Subscriptions
from connector_sdk.inbound.taking import SubscriptionServices
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.conformance.recorded_engine import RecordedEngine
from devkit.connector_runtime.functions import POLLS, SUBSCRIPTIONS
from devkit.connector_runtime.sources import Sources
from devkit.connector_runtime.sources.reader import Reading
from devkit.connector_runtime.sources.readers import READERS
from devkit.connector_runtime.told import Notice, Told
from functions.inbound.kafka_subscription.app import handler as kafka
from functions.inbound.rabbitmq_subscription.app import handler as rabbitmq
from functions.inbound.sqs_subscription.app import handler as sqs

PROCESS = DeployedProcess("orders", 1, "2251799813685250", "orders.bpmn", "<default>")
QUEUE = {
    "inbound.type": "io.camunda:aws-sqs-inbound:1",
    "authentication.type": "defaultCredentialsChain",
    "queue.url": "https://sqs.eu-central-1.amazonaws.com/123456789012/orders",
}
POLL = {
    "inbound.type": "io.camunda:http-polling:1",
    "url": "https://api.example.com/orders",
    "correlationKeyExpression": "=body.id",
}
PATIENCE_SECONDS = 10.0


def element(properties: dict[str, str], element_id: str = "ordered", **changes: object) -> InboundElement:
    plain: dict[str, object] = {
        "element_id": element_id,
        "element_kind": "startEvent",
        "element_name": None,
        "process_definition_id": "orders",
        "process_definition_key": PROCESS.key,
        "version": 1,
        "tenant_id": "<default>",
        "effect": "create",
        "properties": properties,
    }
    return InboundElement.from_json({**plain, **changes})


@pytest.fixture
def services() -> Iterator[SubscriptionServices]:
    with SqliteDeliveries(":memory:") as store:
        subscriptions = Subscriptions(SUBSCRIPTIONS, EnvironmentSecrets({}))
        yield SubscriptionServices(subscriptions, RecordedEngine([]), store)


def test_every_kind_of_subscription_has_a_consumer() -> None:
    assert set(READERS) == {one.type for one in SUBSCRIPTIONS}


def test_a_consumer_whose_broker_goes_away_is_started_again_and_told_of_once(services: SubscriptionServices) -> None:
    services.routes.deploy(PROCESS, [element(QUEUE)])
    told: list[Told] = []
    starts: list[str] = []
    there = threading.Event()

    def read(reading: Reading) -> None:
        starts.append(reading.subscription.path)
        if len(starts) < 3:
            raise ConnectionError("nobody answers")
        reading.connected()
        there.set()
        reading.stopped.wait()

    sources = Sources(services, Settings.read({}), told.append, {QUEUE["inbound.type"]: read})
    sources.start()
    assert there.wait(PATIENCE_SECONDS)
    sources.stop()

    path = "sqs:eu-central-1:123456789012:orders"
    assert starts == [path] * 3
    assert told == [
        Notice(f"{path} cannot be read, and is tried again: nobody answers"),
        Notice(f"{path} is there again"),
    ]


def test_a_consumer_ends_when_its_process_is_gone(services: SubscriptionServices) -> None:
    services.routes.deploy(PROCESS, [element(QUEUE)])
    begun, ended = threading.Event(), threading.Event()

    def read(reading: Reading) -> None:
        begun.set()
        reading.stopped.wait()
        ended.set()

    sources = Sources(services, Settings.read({}), lambda _: None, {QUEUE["inbound.type"]: read})
    sources.start()
    assert begun.wait(PATIENCE_SECONDS)
    services.routes.withdraw(("<default>", "orders"))

    assert ended.wait(PATIENCE_SECONDS)
    sources.stop()


MESSAGE = {
    "Records": [
        {"eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders", "messageId": name, "body": '{"id": 1}'}
        for name in ("m-1", "m-2")
    ]
}


@pytest.mark.parametrize(
    ("elements", "said"),
    [
        (
            [element({**QUEUE, "activationCondition": "=body.id = 2"})],
            "no element wants the message m-1 of sqs:eu-central-1:123456789012:orders",
        ),
        (
            [element({**QUEUE, "deduplicationMode": "MANUAL", "deduplicationId": "d"}, one) for one in ("a", "b")],
            "several elements want the message m-1 of sqs:eu-central-1:123456789012:orders",
        ),
        (
            [element({**QUEUE, "activationCondition": "=)"})],
            "the message m-1 of sqs:eu-central-1:123456789012:orders cannot be used: ",
        ),
    ],
)
def test_the_log_names_a_message_that_is_kept_nowhere_else(
    services: SubscriptionServices, caplog: pytest.LogCaptureFixture, elements: list[InboundElement], said: str
) -> None:
    services.routes.deploy(PROCESS, elements)

    outcomes = [outcome for _, outcome in settle(sqs, MESSAGE, services)]

    assert outcomes == [Settled.REFUSED] * 2
    assert caplog.messages[0].startswith(said)
    assert len(caplog.messages) == 2


def test_the_log_names_a_record_that_cannot_be_read_by_its_offset(
    services: SubscriptionServices, caplog: pytest.LogCaptureFixture
) -> None:
    topic = {
        "inbound.type": "io.camunda:connector-kafka-inbound:1",
        "topic.bootstrapServers": "b1:9092",
        "topic.topicName": "orders",
        "schemaStrategy.type": "schemaRegistry",
        "schemaStrategy.schemaRegistryUrl": "https://registry.example.com",
        "deduplicationId": "d",
    }
    services.routes.deploy(PROCESS, [element(topic)])
    record = {"topic": "orders", "partition": 0, "offset": 7, "value": "AA=="}

    [(_, outcome)] = settle(kafka, {"bootstrapServers": "b1:9092", "records": {"orders-0": [record]}}, services)

    assert outcome is Settled.REFUSED
    assert "{'partition': 'orders-0', 'offset': 7} of kafka:b1:9092:orders#" in caplog.text


def test_the_log_says_of_a_message_from_amazon_mq_that_it_has_no_id(
    services: SubscriptionServices, caplog: pytest.LogCaptureFixture
) -> None:
    queue = {
        "inbound.type": "io.camunda:connector-rabbitmq-inbound:1",
        "authentication.uri": "amqps://b-1234.mq.eu-central-1.amazonaws.com",
        "queueName": "orders",
        "activationCondition": "=false",
    }
    services.routes.deploy(PROCESS, [element(queue)])
    arn = "arn:aws:mq:eu-central-1:123456789012:broker:shop:b-1234"

    list(settle(rabbitmq, {"eventSourceArn": arn, "rmqMessagesByQueue": {"orders::/": [{"data": ""}]}}, services))

    assert caplog.messages == ["no element wants the message without an id of rabbitmq:b-1234/:orders"]


def test_messages_of_a_source_that_nobody_reads_come_again_and_the_log_says_so_once(
    services: SubscriptionServices, caplog: pytest.LogCaptureFixture
) -> None:
    other = "https://sqs.eu-central-1.amazonaws.com/123456789012/returns"
    services.routes.deploy(PROCESS, [element({**QUEUE, "queue.url": other})])

    outcomes = [outcome for _, outcome in settle(sqs, MESSAGE, services)]

    assert outcomes == [Settled.AGAIN] * 2
    assert caplog.messages == [
        "no active subscription reads sqs:eu-central-1:123456789012:orders; "
        "known: sqs:eu-central-1:123456789012:returns"
    ]


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ([element(POLL)], "a start event cannot poll: nothing waits there"),
        (
            [element({**POLL, "deduplicationMode": "AUTO"}, name, waits=True) for name in ("a", "b")],
            "polls are not shared: take deduplicationMode off these elements",
        ),
        (
            [element({**POLL, "httpRequestInterval": "soon"}, waits=True)],
            "property httpRequestInterval: 'soon' is no duration such as PT1H or P2DT30M; correct it in the model",
        ),
    ],
)
def test_a_poll_that_cannot_work_is_refused(elements: list[InboundElement], reason: str) -> None:
    [refusal] = Polls(POLLS, EnvironmentSecrets({})).deploy(PROCESS, elements)

    assert refusal.reason == reason
