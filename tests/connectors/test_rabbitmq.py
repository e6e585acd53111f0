"""Every official RabbitMQ template against a real broker; pika sees what arrived."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pika
import pytest

from connector_sdk.job import Job
from connector_sdk.outcome import Complete, Fail
from devkit.testing import run_job, services_for
from devkit.testing.certificate import Certificate
from devkit.testing.official import OfficialBench, OfficialTask
from devkit.testing.rabbitmq import PASSWORD, USER, RunningRabbitMq
from functions.outbound.rabbitmq.app import handler
from tests.connectors.late_broker import late_broker
from tests.connectors.official import official

EXCHANGE, KEY = "orders", "order.placed"
PROPERTIES = {
    "contentType": "application/json",
    "headers": {"source": "shop", "weight": 1.5, "nested": {"tags": ["a", 2, True, None]}},
    "deliveryMode": 2,
    "priority": "3",
    "messageId": "m-1",
    "timestamp": 1_700_000_000_000,
    "type": "order",
}


@dataclass(frozen=True)
class Queue:
    """The queue that gets what is published."""

    name: str
    channel: Any

    def received(self) -> tuple[Any, bytes]:
        """Properties and body of the one message; fails if there is none, or more."""
        method, properties, body = self.channel.basic_get(self.name, auto_ack=True)
        assert method is not None
        assert self.channel.basic_get(self.name)[0] is None
        return properties, body


@pytest.fixture(scope="module")
def queue(rabbit: RunningRabbitMq) -> Iterator[Queue]:
    connection = pika.BlockingConnection(pika.URLParameters(rabbit.uri))
    channel = connection.channel()
    channel.exchange_declare(EXCHANGE, "topic")
    channel.queue_declare("placed")
    channel.queue_bind("placed", EXCHANGE, "order.*")
    yield Queue("placed", channel)
    connection.close()


@pytest.mark.parametrize("task", official("io.camunda:connector-rabbitmq:1"))
def test_a_message_is_in_the_queue(
    task: OfficialTask, bench: OfficialBench, rabbit: RunningRabbitMq, queue: Queue
) -> None:
    known = {
        "authentication.uri": f"amqp://{USER}:{{{{secrets.PASSWORD}}}}@{rabbit.host}:{rabbit.port}/%2F",
        "authentication.userName": USER,
        "authentication.password": "{{secrets.PASSWORD}}",
        "routing.virtualHost": "/",
        "routing.hostName": rabbit.host,
        "routing.port": str(rabbit.port),
        "routing.exchange": EXCHANGE,
        "routing.routingKey": KEY,
        "message.properties": PROPERTIES,
        "message.body": f'={{order: 7, note: "für Jürg", task: "{task}"}}',
    }
    found = bench.run(bench.apply(task, known), handler, services_for({"PASSWORD": PASSWORD}))

    assert (found.outcome["command"], found.state) == ("completion", "COMPLETED"), found.outcome
    properties, body = queue.received()
    assert json.loads(body) == {"order": 7, "note": "für Jürg", "task": str(task)}
    if task.fill == "all":
        assert json.loads(found.variables["answer"]) == {"statusResult": "success"}
        assert (properties.content_type, properties.delivery_mode, properties.priority) == ("application/json", 2, 3)
        assert (properties.message_id, properties.timestamp, properties.type) == ("m-1", 1_700_000_000, "order")
        assert properties.headers["source"] == "shop"
        assert float(properties.headers["weight"]) == 1.5
        assert properties.headers["nested"] == {"tags": ["a", 2, True, None]}


def variables(uri: str, body: Any, **message: Any) -> dict[str, Any]:
    routing = {"exchange": EXCHANGE, "routingKey": KEY}
    return {
        "authentication": {"authType": "uri", "uri": uri},
        "routing": routing,
        "message": {"body": body, **message},
    }


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("plain text", b"plain text"),
        ('{"a": 1,  "b": [ 2 ]}', b'{"a":1,"b":[2]}'),
        (' "quoted" ', b' "quoted" '),
        ("12", b"12"),
        ("{not json", b"{not json"),
        ("für", "für".encode()),
        ({"ü": None}, '{"ü":null}'.encode()),
        (7, b"7"),
        (True, b"true"),
    ],
)
def test_a_body_is_sent_as_it_is_unless_it_is_json(
    body: Any, sent: bytes, rabbit: RunningRabbitMq, queue: Queue
) -> None:
    assert run_job(handler, variables(rabbit.uri, body)) == Complete({})
    assert queue.received()[1] == sent


def test_tls_works_with_a_certificate_that_is_trusted(
    rabbit: RunningRabbitMq,
    queue: Queue,
    certificate: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.write(tmp_path, "ca").chain))
    uri = f"amqps://{USER}:{PASSWORD}@localhost:{rabbit.tls_port}"
    assert run_job(handler, variables(uri, "secret news")) == Complete({})
    assert queue.received()[1] == b"secret news"


def test_a_message_that_no_queue_wants_is_published_all_the_same(rabbit: RunningRabbitMq, queue: Queue) -> None:
    job = variables(rabbit.uri, "x")
    job["routing"]["routingKey"] = "nobody.listens"
    assert run_job(handler, job, resultVariable="answer") == Complete({"answer": {"statusResult": "success"}})


def test_an_exchange_that_is_not_there_fails_the_job(rabbit: RunningRabbitMq) -> None:
    job = variables(rabbit.uri, "x")
    job["routing"]["exchange"] = "no-such-exchange"
    outcome = run_job(handler, job)
    assert isinstance(outcome, Fail)
    assert "refused the message: NOT_FOUND - no exchange 'no-such-exchange' in vhost '/'" in outcome.error_message
    assert outcome.retries == 2


def test_a_broker_that_confirms_before_the_time_is_over_has_the_message(rabbit: RunningRabbitMq, queue: Queue) -> None:
    with late_broker(rabbit.port, seconds=0.2) as port:
        assert run_job(handler, variables(f"amqp://{rabbit.host}:{port}", "late")) == Complete({})
    assert queue.received()[1] == b"late"


def test_a_broker_that_never_confirms_fails_the_job_and_may_have_the_message(
    rabbit: RunningRabbitMq, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.outbound.rabbitmq.broker.PUBLISH_SECONDS", 0.5)
    with late_broker(rabbit.port, seconds=5) as port:
        outcome = run_job(handler, variables(f"amqp://{rabbit.host}:{port}", "unconfirmed"))

    assert isinstance(outcome, Fail)
    assert outcome.error_message.startswith(f"RabbitMQ at {rabbit.host}:{port} confirmed no message within 0.5 s; ")
    assert (outcome.retries, queue.received()[1]) == (2, b"unconfirmed")


def test_a_timestamp_may_be_an_iso_date(rabbit: RunningRabbitMq, queue: Queue) -> None:
    job = variables(rabbit.uri, "x", properties={"timestamp": "2023-11-14T22:13:20Z"})
    assert run_job(handler, job) == Complete({})
    assert queue.received()[0].timestamp == 1_700_000_000


def test_an_address_that_nobody_allowed_is_not_dialled(rabbit: RunningRabbitMq) -> None:
    services = services_for({})
    closed = replace(services, settings=replace(services.settings, allow_addresses=()))
    outcome = handler.run(Job("1", handler.type, 3, {}, variables(rabbit.uri, "x")), closed)
    assert isinstance(outcome, Fail)
    assert "127.0.0.1, which is this machine itself" in outcome.error_message
    assert outcome.retries == 0
