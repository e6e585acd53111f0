"""Kafka subscriptions."""

import base64
from collections.abc import Mapping

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Place, Subscribed


def topic(servers: str = "broker.test:9092", **changes: str) -> Mapping[str, str]:
    plain = {
        "authenticationType": "credentials",
        "authentication.username": "somebody",
        "authentication.password": SECRET_REFERENCE,
        "topic.bootstrapServers": servers,
        "topic.topicName": "orders",
        "autoOffsetReset": "latest",
    }
    return {**plain, **{name.replace("_", "."): value for name, value in changes.items()}}


def schema(kind: str, **changes: str) -> Mapping[str, str]:
    return topic(schemaStrategy_type=kind, **changes)


def record(value: bytes) -> dict[str, object]:
    content = base64.b64encode(value).decode()
    records = {"orders-0": [{"topic": "orders", "partition": 0, "offset": 7, "value": content}]}
    return {"bootstrapServers": "broker.test:9092", "records": records}


ROWS = (
    Subscribed("missing", topic(""), "topic.bootstrapServers must not be empty"),
    Subscribed("missing", topic(topic_topicName=""), "topic.topicName must not be empty"),
    Subscribed("missing", topic(authentication_password="{{secrets.NOBODYS}}"), "'NOBODYS' is not available"),
    Subscribed(
        "missing",
        topic("127.0.0.1:9", authentication_username=""),
        "Username / password pair is required",
        Place.SOURCE,
    ),
    Subscribed("missing", schema("inlineSchema"), "property schemaStrategy.schema is missing"),
    Subscribed("missing", schema("schemaRegistry"), "schemaStrategy.schemaRegistryUrl should be the http(s) URL"),
    Subscribed("wrong type", schema("protobuf"), "should be one of noSchema, inlineSchema, schemaRegistry"),
    Subscribed("wrong type", schema("inlineSchema", schemaStrategy_schema="{"), "schemaStrategy.schema is no JSON"),
    Subscribed("wrong type", schema("inlineSchema", schemaStrategy_schema="{}"), "is no Avro schema"),
    Subscribed("wrong type", topic(autoOffsetReset="soon"), "should be one of latest, earliest, none"),
    Subscribed("wrong type", topic(offsets="first"), "offsets should be a list of whole numbers"),
    Subscribed("wrong type", topic(additionalProperties="=[1]"), "additionalProperties should be a context"),
    Subscribed(
        "wrong type",
        lambda peers: topic(peers.closed, additionalProperties='={"ssl.keystore.location": "/x"}'),
        "ssl.keystore.location is not supported",
        Place.SOURCE,
    ),
    Subscribed("wrong type", topic("broker.test"), "topic.bootstrapServers must be host:port"),
    *(
        Subscribed("unreachable host", topic(servers), "the cloud's metadata service", Place.SOURCE)
        for servers in ("169.254.169.254:9092", "PLAINTEXT://169.254.169.254:9092", "[::ffff:169.254.169.254]:9092")
    ),
    Subscribed(
        "unreachable host",
        lambda peers: topic(peers.closed, authenticationType="custom"),
        "Connection refused",
        Place.SOURCE,
    ),
    Subscribed(
        "refused credentials",
        lambda peers: topic(
            peers.server("broker").sasl_bootstrap, additionalProperties='={"security.protocol": "SASL_PLAINTEXT"}'
        ),
        "Authentication failed",
        Place.SOURCE,
    ),
    Subscribed("refused certificate", lambda peers: topic(peers.untrusted), "certificate verify failed", Place.SOURCE),
    Subscribed(
        "too large", topic(), "10000060 bytes, and 1572864 are allowed", Place.DELIVERY, record(b"x" * 5_000_000)
    ),
)
