"""Kafka: every official inbound template on topics of a real broker, and what happens when something goes wrong."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.inbound.batch import failures, settle
from connector_sdk.inbound.properties import Properties
from connector_sdk.kafka_schemas import MEDIA_TYPE, Avro, framed
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from devkit.testing import services_for
from devkit.testing.kafka import RunningKafka
from devkit.testing.official import OfficialBench
from functions.inbound.kafka_subscription.app import handler
from functions.inbound.kafka_subscription.model import Topic
from tests.connectors.subscribed import SAMPLE, Host, host, modelled, new_name, texts, until

TEMPLATE = "io.camunda.connectors.inbound.{}.v1"
TEMPLATES = {
    "start": TEMPLATE.format("KAFKA"),
    "message start": TEMPLATE.format("KafkaMessageStart"),
    "event sub-process": TEMPLATE.format("KafkaMessageStart"),
    "intermediate": TEMPLATE.format("KafkaIntermediate"),
    "receive": TEMPLATE.format("KafkaReceive"),
    "boundary": TEMPLATE.format("KafkaBoundary"),
}
PLAIN = '={"security.protocol": "SASL_PLAINTEXT"}'
SCHEMA = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}
SCHEMA_ID = 258


def publish(broker: RunningKafka, topic: str, *values: str | bytes, key: bytes = b"k", **headers: bytes) -> None:
    producer = Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True})
    for value in values:
        producer.produce(topic, value, key=key, partition=0, headers=list(headers.items()))
    assert producer.flush(30) == 0


def topic_of(broker: RunningKafka) -> str:
    name = new_name()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
    return name


@pytest.fixture
def at() -> Iterator[Host]:
    with host(
        Settings.read({"CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1,::1"}),
        {"PASSWORD": "kafka-pw", "REGISTRY": "registry-pw"},
    ) as going:
        yield going


def of_topic(broker: RunningKafka, topic: str, **more: str | bool) -> dict[str, str | bool]:
    return {
        "authenticationType": "custom",
        "topic.bootstrapServers": broker.bootstrap,
        "topic.topicName": topic,
        "autoOffsetReset": "earliest",
        **more,
    }


@pytest.mark.parametrize("kind", SAMPLE)
def test_a_record_does_what_the_element_of_an_official_template_is_for(
    bench: OfficialBench, broker: RunningKafka, at: Host, kind: str
) -> None:
    process = topic_of(broker)
    values = of_topic(broker, process)
    at.deploy(process, modelled(bench.modeler, TEMPLATES[kind], kind, process, "value.id", values))
    if "start" not in kind:
        at.wait_for(process, "m-1")

    publish(broker, process, '{"id": "m-1"}')

    assert at.collected(process, 1) == ["m-1"]


def test_expressions_see_key_value_and_headers_of_a_consumer_that_logs_in(
    bench: OfficialBench, broker: RunningKafka, at: Host
) -> None:
    process = topic_of(broker)
    values = of_topic(
        broker,
        process,
        **{
            "authenticationType": "credentials",
            "authentication.username": broker.user,
            "authentication.password": "{{secrets.PASSWORD}}",
            "topic.bootstrapServers": broker.sasl_bootstrap,
            "additionalProperties": PLAIN,
            "resultExpression": "={seen: [key, rawValue, value, headers]}",
        },
    )
    at.deploy(process, modelled(bench.modeler, TEMPLATES["message start"], "message start", process, "value", values))

    publish(broker, process, '{"id": 7}', source=b"shop")

    assert at.collected(process, 1) == [["k", '{"id": 7}', {"id": 7}, {"source": "shop"}]]


def asked(httpserver: HTTPServer) -> list[str]:
    """A schema registry with one schema; nobody without the login gets an answer. Returns who asks, as it fills."""
    found: list[str] = []

    def answer(request: Request) -> Response:
        found.append(request.path)
        if request.authorization is None or request.authorization.password != "registry-pw":
            return Response("{}", 401)
        known = request.path == f"/registry/schemas/ids/{SCHEMA_ID}"
        return Response(
            json.dumps({"schema": json.dumps(SCHEMA)}) if known else "{}", 200 if known else 404, None, MEDIA_TYPE
        )

    httpserver.expect_request(re.compile("/registry/.*")).respond_with_handler(answer)
    return found


@pytest.mark.parametrize(
    ("strategy", "record", "poison", "seen", "asks"),
    [
        (
            {"schemaStrategy.type": "inlineSchema", "schemaStrategy.schema": json.dumps(SCHEMA)},
            b"\x06m-1",
            b"\x08m-1",
            ["7", None, {"id": "m-1"}, None],
            [],
        ),
        (
            {"schemaStrategy.type": "schemaRegistry", "schemaStrategy.schemaType": "avro"},
            b"\0\0\0\1\2\x06m-1",
            b"\0\0\0\0\7\x06m-1",
            [7, None, {"id": "m-1"}, None],
            ["/registry/schemas/ids/258", "/registry/schemas/ids/7"],
        ),
        (
            {"schemaStrategy.type": "schemaRegistry", "schemaStrategy.schemaType": "json"},
            b'\0\0\0\1\2{"id": "m-1"}',
            b'{"id": "m-1"}',
            [7, '{"id":"m-1"}', {"id": "m-1"}, None],
            [],
        ),
    ],
    ids=("inline", "registry, Avro", "registry, JSON"),
)
def test_a_value_is_read_by_the_schema_that_the_official_template_names(
    bench: OfficialBench,
    broker: RunningKafka,
    at: Host,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    strategy: Mapping[str, str],
    record: bytes,
    poison: bytes,
    seen: list[Any],
    asks: list[str],
) -> None:
    monkeypatch.setenv("CONNECTORS_ALLOW_ADDRESSES", "127.0.0.1,::1")
    process, paths = topic_of(broker), asked(httpserver)
    values = of_topic(
        broker,
        process,
        additionalProperties='={"basic.auth.user.info": "connector:{{secrets.REGISTRY}}"}',
        resultExpression="={seen: [key, rawValue, value, headers]}",
        **strategy,
    )
    if strategy["schemaStrategy.type"] == "schemaRegistry":
        values["schemaStrategy.schemaRegistryUrl"] = httpserver.url_for("/registry")
    at.deploy(process, modelled(bench.modeler, TEMPLATES["message start"], "message start", process, "value", values))

    publish(broker, process, record, poison, record, key=b"7")

    assert at.collected(process, 2) == [seen] * 2
    assert at.states() == {State.PUBLISHED: 2}
    assert paths == asks


def test_the_schema_is_what_a_real_registry_has_for_the_id(
    bench: OfficialBench, broker: RunningKafka, registry: str, at: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTORS_ALLOW_ADDRESSES", "127.0.0.1,::1")
    process = topic_of(broker)
    asked = {"schema": json.dumps(SCHEMA), "schemaType": "AVRO"}
    answer = services_for({}).http.post(f"{registry}/subjects/{process}-value/versions", body=asked)
    values = of_topic(
        broker,
        process,
        **{"schemaStrategy.type": "schemaRegistry", "schemaStrategy.schemaRegistryUrl": registry},
    )
    at.deploy(
        process, modelled(bench.modeler, TEMPLATES["message start"], "message start", process, "value.id", values)
    )

    publish(broker, process, framed(answer.json()["id"], Avro(SCHEMA).encoded({"id": "m-1"})))

    assert at.collected(process, 1) == ["m-1"]


def test_a_record_that_no_element_can_use_is_kept_as_refused_and_stops_no_other(
    bench: OfficialBench, broker: RunningKafka, at: Host
) -> None:
    process = topic_of(broker)
    values = of_topic(broker, process, resultExpression='=if value.id = null then "poison" else {seen: value.id}')
    at.deploy(
        process, modelled(bench.modeler, TEMPLATES["message start"], "message start", process, "value.id", values)
    )

    publish(broker, process, "poison", *texts(range(3)))

    assert at.collected(process, 3) == ["m-0", "m-1", "m-2"]
    assert at.states() == {State.PUBLISHED: 3, State.REFUSED: 1}


def test_what_came_while_the_engine_was_away_is_published_once_each(
    bench: OfficialBench, broker: RunningKafka, at: Host
) -> None:
    process = topic_of(broker)
    values = of_topic(broker, process)
    at.deploy(
        process, modelled(bench.modeler, TEMPLATES["message start"], "message start", process, "value.id", values)
    )
    at.outage()

    publish(broker, process, *texts(range(12)))
    until(lambda: at.states() == {State.PENDING: 12})
    at.back()
    at.redeliver()

    assert sorted(at.collected(process, 12)) == sorted(f"m-{number}" for number in range(12))
    assert at.seen(process) == []


def test_nothing_is_lost_or_doubled_when_the_broker_restarts(
    bench: OfficialBench, broker: RunningKafka, at: Host
) -> None:
    process = topic_of(broker)
    values = of_topic(broker, process)
    at.deploy(
        process, modelled(bench.modeler, TEMPLATES["message start"], "message start", process, "value.id", values)
    )
    publish(broker, process, *texts(range(3)))
    before = at.collected(process, 3)

    broker.program.restart()
    publish(broker, process, *texts(range(3, 6)))

    assert before + at.collected(process, 3) == [f"m-{number}" for number in range(6)]
    assert at.seen(process) == []


def test_each_process_of_a_topic_gets_every_record_once_however_often_it_is_handed_over(
    bench: OfficialBench, broker: RunningKafka, at: Host
) -> None:
    topic = topic_of(broker)
    processes = [new_name(), new_name()]
    for process in processes:
        values = of_topic(broker, topic)
        xml = modelled(bench.modeler, TEMPLATES["message start"], "message start", process, "value.id", values)
        at.deploy(process, xml)
    value = base64.b64encode(b'{"id": "m-1"}').decode()
    record = {"topic": topic, "partition": 1, "offset": 41, "key": None, "value": value, "headers": []}
    event = {"bootstrapServers": broker.bootstrap, "records": {f"{topic}-1": [record]}}

    answers = [failures(handler, settle(handler, event, at.services)) for _ in range(2)]

    assert answers == [{"batchItemFailures": []}] * 2
    assert [at.collected(process, 1) for process in processes] == [["m-1"], ["m-1"]]
    assert [at.seen(process) for process in processes] == [[], []]


def test_a_group_is_cut_off_at_what_a_broker_takes_for_a_name() -> None:
    topic = {"topic": {"bootstrapServers": "b:9092", "topicName": "t"}}
    groups = [
        Topic.read(Properties({**topic, "groupId": "g" * length}, frozenset(), prefix="")).group
        for length in (249, 250, 251)
    ]

    assert [len(group) for group in groups] == [249, 250, 250]


def test_what_cannot_be_recorded_comes_again_with_all_that_follows_it_in_its_partition(at: Host) -> None:
    records = [{"topic": "t", "partition": 0, "offset": offset, "value": None} for offset in (7, 8)]
    event = {"bootstrapServers": "b:9092", "records": {"t-0": records}}

    answer = failures(handler, settle(handler, event, at.services))

    assert answer == {
        "batchItemFailures": [
            {"itemIdentifier": {"partition": "t-0", "offset": 7}},
            {"itemIdentifier": {"partition": "t-0", "offset": 8}},
        ]
    }
