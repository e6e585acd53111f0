"""RabbitMQ: every official inbound template on queues of a real broker, and what happens when something goes wrong."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pika
import pytest

from connector_sdk.inbound.batch import BatchFailed, failures, settle
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from devkit.testing.official import OfficialBench
from devkit.testing.rabbitmq import PASSWORD, USER, RunningRabbitMq
from functions.inbound.rabbitmq_subscription.app import handler
from tests.connectors.subscribed import SAMPLE, Host, host, modelled, new_name, texts, until

TEMPLATE = "io.camunda.connectors.inbound.RabbitMQ.{}.v1"
TEMPLATES = {
    "start": TEMPLATE.format("StartEvent"),
    "message start": TEMPLATE.format("MessageStart"),
    "event sub-process": TEMPLATE.format("MessageStart"),
    "intermediate": TEMPLATE.format("Intermediate"),
    "receive": TEMPLATE.format("Receive"),
    "boundary": TEMPLATE.format("Boundary"),
}


class Queues:
    """A client of the broker that comes back after a restart."""

    def __init__(self, broker: RunningRabbitMq) -> None:
        self._broker = broker

    def publish(self, name: str, *bodies: str, **properties: Any) -> None:
        with pika.BlockingConnection(pika.URLParameters(self._broker.uri)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for body in bodies:
                described = pika.BasicProperties(delivery_mode=2, **properties)
                channel.basic_publish("", name, body.encode(), described, mandatory=True)

    def declare(self, name: str, **arguments: Any) -> str:
        with pika.BlockingConnection(pika.URLParameters(self._broker.uri)) as connection:
            connection.channel().queue_declare(name, durable=True, arguments=arguments)
        return name

    def left(self, name: str) -> int:
        with pika.BlockingConnection(pika.URLParameters(self._broker.uri)) as connection:
            count: int = connection.channel().queue_declare(name, passive=True).method.message_count
            return count


@pytest.fixture
def queues(rabbit: RunningRabbitMq) -> Queues:
    return Queues(rabbit)


@pytest.fixture
def at() -> Iterator[Host]:
    with host(Settings.read({"CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1,::1"}), {"PASSWORD": PASSWORD}) as going:
        yield going


def of_queue(rabbit: RunningRabbitMq, name: str, **more: str | bool) -> dict[str, str | bool]:
    return {
        "authentication.authType": "credentials",
        "authentication.userName": USER,
        "authentication.password": "{{secrets.PASSWORD}}",
        "routing.virtualHost": "/",
        "routing.hostName": rabbit.host,
        "routing.port": str(rabbit.port),
        "queueName": name,
        **more,
    }


@pytest.mark.parametrize("kind", SAMPLE)
def test_a_message_does_what_the_element_of_an_official_template_is_for(
    bench: OfficialBench, rabbit: RunningRabbitMq, queues: Queues, at: Host, kind: str
) -> None:
    process = queues.declare(new_name())
    values = of_queue(rabbit, process)
    at.deploy(process, modelled(bench.modeler, TEMPLATES[kind], kind, process, "message.body.id", values))
    if "start" not in kind:
        at.wait_for(process, "m-1")

    queues.publish(process, '{"id": "m-1"}')

    assert at.collected(process, 1) == ["m-1"]
    until(lambda: queues.left(process) == 0)


def test_expressions_see_body_and_properties(
    bench: OfficialBench, rabbit: RunningRabbitMq, queues: Queues, at: Host
) -> None:
    process = queues.declare(new_name())
    values = {
        "authentication.authType": "uri",
        "authentication.uri": rabbit.uri,
        "queueName": process,
        "consumerTag": "orders",
        "resultExpression": "={seen: message}",
    }
    xml = modelled(bench.modeler, TEMPLATES["start"], "start", process, "message", dict(values))
    at.deploy(process, xml)

    queues.publish(
        process, "no JSON", message_id="m-1", headers={"source": "shop", "weight": 2}, timestamp=1_700_000_000
    )

    properties = {
        "headers": {"source": "shop", "weight": 2},
        "deliveryMode": 2,
        "messageId": "m-1",
        "timestamp": 1_700_000_000_000,
    }
    assert at.collected(process, 1) == [{"consumerTag": "orders", "body": "no JSON", "properties": properties}]


def test_a_message_that_no_element_can_use_goes_to_the_dead_letter_exchange_and_stops_no_other(
    bench: OfficialBench, rabbit: RunningRabbitMq, queues: Queues, at: Host
) -> None:
    process, dead = new_name(), queues.declare(new_name())
    queues.declare(process, **{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
    poisonous = '=if message.body.id = null then "poison" else {seen: message.body.id}'
    values = of_queue(rabbit, process, resultExpression=poisonous)
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "message.body.id", values))

    queues.publish(process, "poison", *texts(range(3)))

    assert sorted(at.collected(process, 3)) == ["m-0", "m-1", "m-2"]
    until(lambda: queues.left(dead) == 1)
    assert at.states() == {State.PUBLISHED: 3, State.REFUSED: 1}


def test_what_came_while_the_engine_was_away_is_published_once_each(
    bench: OfficialBench, rabbit: RunningRabbitMq, queues: Queues, at: Host
) -> None:
    process = queues.declare(new_name())
    values = of_queue(rabbit, process)
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "message.body.id", values))
    at.outage()

    queues.publish(process, *texts(range(5)))
    until(lambda: at.states() == {State.PENDING: 5})
    at.back()
    at.redeliver()

    assert sorted(at.collected(process, 5)) == [f"m-{number}" for number in range(5)]
    assert at.seen(process) == []


@pytest.mark.wide
def test_nothing_is_lost_when_the_broker_restarts(
    bench: OfficialBench, rabbit: RunningRabbitMq, queues: Queues, at: Host
) -> None:
    process = queues.declare(new_name())
    values = of_queue(rabbit, process)
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "message.body.id", values))
    queues.publish(process, *texts(range(3)))
    before = at.collected(process, 3)

    rabbit.program.restart()
    queues.publish(process, *texts(range(3, 6)))

    assert sorted(before + at.collected(process, 3)) == [f"m-{number}" for number in range(6)]
    assert at.seen(process) == []


def test_a_message_with_an_id_that_is_handed_over_again_is_published_once(
    bench: OfficialBench, rabbit: RunningRabbitMq, queues: Queues, at: Host
) -> None:
    process = queues.declare(new_name())
    values = of_queue(rabbit, process)
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "message.body.id", values))

    queues.publish(process, '{"id": "m-1"}', '{"id": "m-1"}', message_id="m-1")
    queues.publish(process, '{"id": "m-2"}', '{"id": "m-2"}')  # without an id, two equal messages are two

    assert sorted(at.collected(process, 3)) == ["m-1", "m-2", "m-2"]
    until(lambda: queues.left(process) == 0)
    assert at.seen(process) == []


@pytest.mark.parametrize(("properties", "published"), [({}, 2), ({"messageId": "m-7"}, 1)])
def test_only_a_message_without_an_id_is_doubled_when_it_is_handed_over_again(
    bench: OfficialBench, rabbit: RunningRabbitMq, queues: Queues, at: Host, properties: dict[str, str], published: int
) -> None:
    process = queues.declare(new_name())
    values = of_queue(rabbit, process)
    at.deploy(process, modelled(bench.modeler, TEMPLATES["start"], "start", process, "message.body.id", values))
    data = base64.b64encode(b'{"id": "m-1"}').decode()
    message = {"basicProperties": properties, "data": data, "deliveryTag": 1}
    event = {
        "eventSourceArn": f"{rabbit.host}:{rabbit.port}",
        "rmqMessagesByQueue": {f"{process}::/": [message, {**message, "redelivered": True}]},
    }

    assert failures(handler, settle(handler, event, at.services)) == {"batchItemFailures": []}

    assert at.collected(process, published) == ["m-1"] * published
    assert at.seen(process) == []


def test_amazon_mq_gets_a_batch_back_as_a_whole_if_a_message_could_not_be_recorded(at: Host) -> None:
    data = base64.b64encode(b'{"id": 1}').decode()
    message = {"basicProperties": {"headers": {"a": {"bytes": [104, 105]}}}, "data": data}
    arn = "arn:aws:mq:eu-central-1:123456789012:broker:shop:b-1234"
    event = {"eventSourceArn": arn, "rmqMessagesByQueue": {"orders::/": [message]}}

    unread: Any = None
    assert handler.function(message, unread).payload["message"]["properties"] == {"headers": {"a": "hi"}}
    with pytest.raises(BatchFailed, match="comes again"):
        failures(handler, settle(handler, event, at.services))
