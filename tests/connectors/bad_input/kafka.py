"""Kafka."""

from collections.abc import Mapping
from typing import Any

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Row

PAIR = {"username": "somebody", "password": SECRET_REFERENCE}
TLS = {"security.protocol": "SASL_SSL"}
INT = {"type": "inlineSchema", "schema": '"int"'}


def task(servers: str | None = "127.0.0.1:9", value: Any = "x", **more: Any) -> Mapping[str, Any]:
    where = {"bootstrapServers": servers, "topicName": "orders"}
    return {"topic": where, "message": {"key": "k", "value": value}, **more}


def properties(name: str, value: Any) -> Mapping[str, Any]:
    return task(additionalProperties={name: value})


ROWS = (
    Row("missing", {"message": {"value": "x"}}, "topic: Validation failed", retries=0),
    Row("missing", task(None), "topic.bootstrapServers must not be blank", retries=0),
    Row("missing", task(value=None), "message.value: Validation failed", retries=0),
    Row("missing", task(authentication={"username": "a"}), "Username / password pair is required", retries=0),
    Row("wrong type", task("a host"), "must be host:port", retries=0),
    Row("wrong type", properties("sasl.mechanism", "GSSAPI"), "sasl.mechanism must be one of PLAIN", retries=0),
    Row("wrong type", properties("ssl.keystore.location", "/x"), "ssl.keystore.location is not supported", retries=0),
    Row("wrong type", properties("acks", "most"), "additionalProperties: ", retries=0),
    Row("wrong type", properties("delivery.timeout.ms", "soon"), "must be a number of milliseconds", retries=0),
    Row("wrong type", task(schemaStrategy={"type": "inlineSchema", "schema": "{"}), "is no JSON", retries=0),
    Row("wrong type", task(schemaStrategy={"type": "inlineSchema", "schema": "{}"}), "no Avro schema", retries=0),
    Row("wrong type", task(schemaStrategy=INT), "message.value does not fit the Avro schema", "FAIL"),
    Row("unreachable host", lambda peers: task(peers.closed), "Connection refused", "FAIL"),
    Row("unreachable host", task("nobody.invalid:9092"), "execution exception: nobody.invalid:9092: ", "FAIL"),
    Row(
        "refused credentials",
        lambda peers: task(
            peers.server("broker").sasl_bootstrap,
            authentication=PAIR,
            additionalProperties={"security.protocol": "SASL_PLAINTEXT"},
        ),
        "Authentication failed",
        "FAIL",
    ),
    Row("refused certificate", lambda peers: task(peers.untrusted, authentication=PAIR), "certificate verify", "FAIL"),
    Row(
        "too large",
        lambda peers: task(peers.server("broker").bootstrap, value="x" * 1_100_000),
        "Message size too large",
        "FAIL",
    ),
)
