"""What a task says in Kafka's own words becomes what librdkafka is told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from functions.outbound.kafka.model import KafkaRequest
from functions.outbound.kafka.properties import DEFAULTS, configuration

LOGIN = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "PLAIN",
    "sasl.username": "somebody",
    "sasl.password": "pw",
}
ALWAYS = {**DEFAULTS, "bootstrap.servers": "a:1,b:2", "message.timeout.ms": 40_000}


def told(properties: dict[str, Any] | None, **login: str) -> dict[str, Any]:
    """What differs from what it is always told."""
    request = KafkaRequest.model_validate(
        {
            "authentication": login,
            "topic": {"topicName": "t"},
            "message": {"value": "x"},
            "additionalProperties": properties,
        }
    )
    made = configuration(request, "a:1,b:2")
    return {name: value for name, value in made.items() if ALWAYS.get(name) != value}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (None, {}),
        ({}, {}),
        ({"acks": 1, "enable.idempotence": True}, {"acks": "1", "enable.idempotence": "true"}),
        ({"max.request.size": "5"}, {"message.max.bytes": "5"}),
        ({"delivery.timeout.ms": 39_999}, {"message.timeout.ms": 39_999}),
        ({"delivery.timeout.ms": "40001"}, {}),
        ({"ssl.endpoint.identification.algorithm": ""}, {"ssl.endpoint.identification.algorithm": "none"}),
        ({"ssl.truststore.type": "PEM", "ssl.truststore.certificates": "CA"}, {"ssl.ca.pem": "CA"}),
        (
            {"ssl.keystore.certificate.chain": "C", "ssl.keystore.key": "K"},
            {"ssl.certificate.pem": "C", "ssl.key.pem": "K"},
        ),
        (
            {"sasl.jaas.config": "X required username='a b' password=\"c'd\";"},
            {"sasl.username": "a b", "sasl.password": "c'd"},
        ),
        ({"buffer.memory": 1, "interceptor.classes": "org.example.Spy", "plugin.library.paths": "/x.so"}, {}),
        ({"acks": None}, {}),
    ],
)
def test_properties_of_the_java_client_are_understood(
    properties: dict[str, Any] | None, expected: dict[str, Any]
) -> None:
    assert told(properties) == expected


def test_user_and_password_mean_plain_over_tls_unless_the_properties_say_otherwise() -> None:
    assert told(None, username="somebody", password="pw") == LOGIN
    assert told({"sasl.mechanism": "SCRAM-SHA-256"}, username="somebody", password="pw") == {
        **LOGIN,
        "sasl.mechanism": "SCRAM-SHA-256",
    }
    assert told(None, username=" ", password="") == {}


def test_a_password_shows_in_no_description_of_a_request() -> None:
    with pytest.raises(ValidationError) as refused:
        KafkaRequest.model_validate({"authentication": {"password": 5}, "topic": {}, "message": {}})
    assert "input_value" not in str(refused.value)
    request = KafkaRequest.model_validate(
        {"authentication": {"password": "s3cret"}, "topic": {"topicName": "t"}, "message": {"value": "x"}}
    )
    assert "s3cret" not in repr(request)
