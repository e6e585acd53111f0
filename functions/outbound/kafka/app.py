"""Kafka: send the record that the task describes, wait until the brokers have it."""

from __future__ import annotations

from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.kafka.model import KafkaRequest
from functions.outbound.kafka.producer import check_servers, produce
from functions.outbound.kafka.properties import configuration
from functions.outbound.kafka.record import headers, key, value


@outbound_connector(
    type="io.camunda:connector-kafka:1",
    name="Kafka",
    template=ElementTemplate(
        "io.serverless-connectors.kafka.v1",
        version=1,
        groups={"authentication": "Authentication", "kafka": "Kafka", "message": "Message"},
        keywords=("produce", "record", "topic", "event", "Avro"),
    ),
)
def handler(request: KafkaRequest, context: JobContext) -> dict[str, Any]:
    """Send a record to a topic."""
    servers, allowed = _servers(request), context.settings.allow_addresses
    told = configuration(request, servers)
    check_servers(servers, allowed)
    record = {"key": key(request), "value": value(request, context), "headers": headers(request)}
    sent = produce(told, request.topic.topic_name, record, allowed, context.clock)
    _, timestamp = sent.timestamp()
    return {
        "topic": sent.topic(),
        "timestamp": timestamp,
        "offset": sent.offset(),
        "partition": sent.partition(),
    }


def _servers(request: KafkaRequest) -> str:
    """Those of the cluster's connection if the task names one."""
    chosen = request.kafka_connection_configuration or request.topic
    if not (chosen.bootstrap_servers or "").strip():
        raise ConnectorInputError("topic.bootstrapServers must not be blank")
    return str(chosen.bootstrap_servers)
