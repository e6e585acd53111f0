"""Every official Kafka template against a real broker; its own consumer sees what arrived."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import fastavro
import pytest
from confluent_kafka import Consumer, Message
from pytest_httpserver import HTTPServer

from connector_sdk.job import Job
from connector_sdk.outcome import Complete, Fail
from devkit.testing import run_job, services_for
from devkit.testing.certificate import Certificate
from devkit.testing.kafka import RunningKafka
from devkit.testing.official import OfficialBench, OfficialTask
from functions.outbound.kafka.app import handler
from functions.outbound.kafka.properties import MAX_RECORD_BYTES
from tests.connectors.official import official

SCHEMA = {
    "type": "record",
    "name": "Order",
    "fields": [{"name": "order", "type": "int"}, {"name": "task", "type": ["null", "string"], "default": None}],
}
JSON_SCHEMA = {"type": "object", "properties": {"order": {"type": "integer"}}}
SECONDS = 20.0
MAGIC = b"\0"
"""What a registry's consumers expect first; the schema's id is in the four bytes after it."""


class Topic:
    """A topic, read from its beginning."""

    def __init__(self, name: str, broker: RunningKafka) -> None:
        self.name = name
        settings = {"bootstrap.servers": broker.bootstrap, "group.id": f"of-{name}", "auto.offset.reset": "earliest"}
        self._consumer = Consumer(settings)
        self._consumer.subscribe([name])

    def received(self) -> Message:
        """The next record; fails if there is none in time."""
        message = self._consumer.poll(SECONDS)
        assert message is not None
        assert message.error() is None
        return message

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture(scope="module")
def topic(broker: RunningKafka) -> Iterator[Topic]:
    assert run_job(handler, variables(broker, "first")) == Complete({})
    found = Topic("orders", broker)
    assert found.received().value() == b"first"
    yield found
    found.close()


def variables(broker: RunningKafka, value: Any, **more: Any) -> dict[str, Any]:
    where = {"bootstrapServers": broker.bootstrap, "topicName": "orders"}
    return {"topic": where, "message": {"key": "k", "value": value}, **more}


@pytest.mark.parametrize("task", official("io.camunda:connector-kafka:1"))
def test_a_record_is_in_the_topic(
    task: OfficialTask, bench: OfficialBench, broker: RunningKafka, topic: Topic, registry: str
) -> None:
    everything = task.fill == "all"
    properties = {"basic.auth.user.info": "connector:{{secrets.REGISTRY}}", "compression.type": "gzip"}
    if everything:
        properties["security.protocol"] = "SASL_PLAINTEXT"
    known = {
        "authentication.username": broker.user,
        "authentication.password": "{{secrets.PASSWORD}}",
        "topic.bootstrapServers": broker.sasl_bootstrap if everything else broker.bootstrap,
        "topic.topicName": "orders",
        "additionalProperties": properties,
        "headers": {"source": "shop", "note": "für Jürg"},
        "message.key": "order-7",
        "message.value": {"order": 7, "task": str(task)},
        "schemaStrategy.schema": json.dumps(schema_for(task)),
        "schemaStrategy.avro.schema": json.dumps(SCHEMA),
        "avro.schema": json.dumps(SCHEMA),
        "schemaStrategy.schemaRegistryUrl": registry,
    }
    known["message.value"] = f"={json.dumps(known['message.value'])}"
    filled = bench.apply(task, known)
    found = bench.run(filled, handler, services_for({"PASSWORD": broker.password, "REGISTRY": "registry-pw"}))

    assert (found.outcome["command"], found.state) == ("completion", "COMPLETED"), found.outcome
    message = topic.received()
    assert read(message, task, registry) == {"order": 7, "task": str(task)}
    if everything:
        assert message.key() == b"order-7"
        if task.template.get("version", 0) > 2:
            assert message.headers() == [("source", b"shop"), ("note", "für Jürg".encode())]
        assert json.loads(found.variables["answer"]) == {
            "topic": "orders",
            "timestamp": message.timestamp()[1],
            "offset": message.offset(),
            "partition": message.partition(),
        }


def read(message: Message, task: OfficialTask, registry: str) -> Any:
    """The value, as its schema says."""
    content = message.value()
    assert isinstance(content, bytes)
    if task.chosen("schemaStrategy.type") == "schemaRegistry":
        assert json.loads(registered(content, registry)["schema"]) == schema_for(task)
        content = content[5:]
    is_avro = (
        task.chosen("schemaStrategy.type") == "inlineSchema"
        or task.chosen("schemaStrategy.schemaType") == "avro"
        or task.chosen("serializationType") == "avro"
    )
    return fastavro.schemaless_reader(io.BytesIO(content), SCHEMA, None) if is_avro else json.loads(content)


def schema_for(task: OfficialTask) -> Any:
    return JSON_SCHEMA if task.chosen("schemaStrategy.schemaType") == "json" else SCHEMA


def registered(content: bytes, registry: str) -> Any:
    """The schema that a value names."""
    assert content[:1] == MAGIC
    return services_for({}).http.get(f"{registry}/schemas/ids/{int.from_bytes(content[1:5])}").json()


def allow(registry: str, compatibility: str) -> None:
    """Which schemas may follow one that is registered."""
    body = {"compatibility": compatibility}
    services_for({}).http.request("PUT", f"{registry}/config/parcels-value", body=body).raise_for_status()


def by_registry(broker: RunningKafka, url: str, schema: Any, **properties: Any) -> dict[str, Any]:
    strategy = {"type": "schemaRegistry", "schemaRegistryUrl": url, "schemaType": "avro", "schema": json.dumps(schema)}
    job = variables(broker, {"order": 7}, schemaStrategy=strategy, additionalProperties=properties)
    return {**job, "topic": {**job["topic"], "topicName": "parcels"}}


def test_a_schema_is_registered_once_and_only_where_the_task_allows_it(broker: RunningKafka, registry: str) -> None:
    not_there = by_registry(broker, registry, SCHEMA, **{"auto.register.schemas": "false"})
    outcome = run_job(handler, not_there)
    assert isinstance(outcome, Fail)
    assert (outcome.variables["error"]["code"], outcome.retries) == ("404", 2)

    assert [run_job(handler, by_registry(broker, registry, SCHEMA)) for _ in range(2)] == [Complete({})] * 2
    assert run_job(handler, not_there) == Complete({})
    versions = services_for({}).http.get(f"{registry}/subjects/parcels-value/versions").json()
    assert versions == [1]


def test_a_schema_that_the_registry_refuses_fails_the_job(broker: RunningKafka, registry: str) -> None:
    schema = {"type": "record", "name": "Order", "fields": [{"name": "order", "type": "string"}]}
    assert run_job(handler, by_registry(broker, registry, SCHEMA)) == Complete({})
    allow(registry, "FULL")

    job = by_registry(broker, registry, schema)
    outcome = run_job(handler, {**job, "message": {"value": {"order": "7"}}})

    allow(registry, "NONE")
    assert isinstance(outcome, Fail)
    assert outcome.variables["error"]["code"] == "409"


@pytest.mark.parametrize("name", ["basic.auth.user.info", "schema.registry.basic.auth.user.info"])
def test_the_login_of_a_registry_is_basic(name: str, broker: RunningKafka, httpserver: HTTPServer) -> None:
    httpserver.expect_request(
        "/subjects/parcels-value/versions", "POST", headers={"Authorization": "Basic dXNlcjpwOncw"}
    ).respond_with_json({"id": 1})
    job = by_registry(broker, httpserver.url_for("").rstrip("/"), SCHEMA, **{name: "user:p:w0"})
    assert run_job(handler, job) == Complete({})


@pytest.mark.parametrize(
    ("value", "sent"), [("plain", b"plain"), ('{"a":  1}', b'{"a":  1}'), ({"ü": [1, None]}, '{"ü":[1,null]}'.encode())]
)
def test_a_value_is_sent_as_it_is_or_as_json(value: Any, sent: bytes, broker: RunningKafka, topic: Topic) -> None:
    assert run_job(handler, variables(broker, value)) == Complete({})
    assert topic.received().value() == sent


def test_a_record_needs_no_key(broker: RunningKafka, topic: Topic) -> None:
    job = {**variables(broker, "x"), "message": {"value": "x"}}
    assert run_job(handler, job) == Complete({})
    assert topic.received().key() is None


def test_a_record_may_be_as_large_as_with_the_java_client(broker: RunningKafka, topic: Topic) -> None:
    overhead = 100
    large = "x" * (MAX_RECORD_BYTES - overhead)
    assert run_job(handler, variables(broker, large)) == Complete({})
    assert topic.received().value() == large.encode()
    outcome = run_job(handler, variables(broker, "x" * MAX_RECORD_BYTES))
    assert isinstance(outcome, Fail)
    assert "Message size too large" in outcome.error_message


def test_tls_and_login_are_what_user_and_password_mean(
    broker: RunningKafka, topic: Topic, certificate: Certificate
) -> None:
    job = variables(broker, "secret news", authentication={"username": broker.user, "password": broker.password})
    job["topic"]["bootstrapServers"] = broker.tls_bootstrap
    job["additionalProperties"] = {
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": certificate.chain.decode(),
    }
    assert run_job(handler, job) == Complete({})
    assert topic.received().value() == b"secret news"


def test_a_jaas_configuration_is_a_login(broker: RunningKafka, topic: Topic) -> None:
    jaas = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    job = variables(broker, "by JAAS")
    job["topic"]["bootstrapServers"] = broker.sasl_bootstrap
    job["additionalProperties"] = {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.jaas.config": f"{jaas} username='{broker.user}' password=\"{broker.password}\";",
    }
    assert run_job(handler, job) == Complete({})
    assert topic.received().value() == b"by JAAS"


def test_a_connection_of_the_cluster_takes_the_place_of_servers_and_login(broker: RunningKafka, topic: Topic) -> None:
    login = {"username": broker.user, "password": broker.password}
    job = variables(broker, "configured", additionalProperties={"security.protocol": "SASL_PLAINTEXT"})
    job["topic"] = {"topicName": "orders"}
    job["kafkaConnectionConfiguration"] = {"bootstrapServers": broker.sasl_bootstrap, **login}
    assert run_job(handler, job) == Complete({})
    assert topic.received().value() == b"configured"


def test_an_address_that_nobody_allowed_is_not_dialled(broker: RunningKafka) -> None:
    services = services_for({})
    closed = replace(services, settings=replace(services.settings, allow_addresses=()))
    outcome = handler.run(Job("1", handler.type, 3, {}, variables(broker, "x")), closed)
    assert isinstance(outcome, Fail)
    assert "127.0.0.1, which is this machine itself" in outcome.error_message
    assert outcome.retries == 0
