"""Properties of Java's producer as librdkafka has them.

A task writes what Kafka's documentation of the Java client says. What is about TLS or login and has no counterpart here
is refused: a connection is never less safe than the task says. Other unknown properties are ignored, as Java does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connector_sdk.errors import ConnectorInputError
from functions.outbound.kafka.model import KafkaRequest

DELIVERY_MILLISECONDS = 40_000
"""How long a record may take until the broker has it; the function has 60 s in all, Java's connector waits 45 s."""
MAX_RECORD_BYTES = 1_048_576
"""`max.request.size` of Java's producer."""
DEFAULTS: Mapping[str, Any] = {
    "acks": "all",
    "linger.ms": 0,
    "client.dns.lookup": "use_all_dns_ips",
    "message.max.bytes": MAX_RECORD_BYTES,
    "socket.connection.setup.timeout.ms": 10_000,
    "socket.keepalive.enable": True,
    # Failures come to us as values; librdkafka would write them to stderr as well.
    "log_level": 0,
}
SAME = frozenset(
    {
        "acks",
        "client.dns.lookup",
        "client.id",
        "compression.type",
        "enable.idempotence",
        "linger.ms",
        "max.in.flight.requests.per.connection",
        "request.timeout.ms",
        "retries",
        "retry.backoff.ms",
        "sasl.mechanism",
        "security.protocol",
        "ssl.cipher.suites",
        "ssl.endpoint.identification.algorithm",
        "ssl.key.password",
    }
)
"""Which both call the same."""
RENAMED: Mapping[str, str] = {
    "max.request.size": "message.max.bytes",
    "ssl.keystore.certificate.chain": "ssl.certificate.pem",
    "ssl.keystore.key": "ssl.key.pem",
    "ssl.truststore.certificates": "ssl.ca.pem",
}
LIMITED = "delivery.timeout.ms"
STORES = frozenset({"ssl.truststore.type", "ssl.keystore.type"})
JAAS = "sasl.jaas.config"
MECHANISMS = frozenset({"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
GUARDED = ("ssl.", "sasl.", "security.")
_OPTION = re.compile(r"""\b(username|password)\s*=\s*(?:'([^']*)'|"([^"]*)")""")


def configuration(request: KafkaRequest, servers: str) -> dict[str, Any]:
    """What librdkafka is told. Raises ConnectorInputError for a login without its other half, and unknown security."""
    made: dict[str, Any] = {**DEFAULTS, "bootstrap.servers": servers, "message.timeout.ms": DELIVERY_MILLISECONDS}
    made |= _login(request)
    return made | additional(request.additional_properties or {})


def additional(properties: Mapping[str, Any], consumer: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What librdkafka is told for properties of Java's client; `consumer`: further ones that both call the same.

    Raises ConnectorInputError for unknown security.
    """
    made: dict[str, Any] = {}
    for name, value in properties.items():
        if value is not None:
            made |= {name: _text(value)} if name in consumer else _property(name, _text(value))
    if made.get("sasl.mechanism", "PLAIN") not in MECHANISMS:
        raise ConnectorInputError(
            f"additionalProperties: sasl.mechanism must be one of {', '.join(sorted(MECHANISMS))}"
        )
    return made


def _login(request: KafkaRequest) -> dict[str, Any]:
    proof = request.kafka_connection_configuration or request.authentication
    return login(proof.username or "", proof.password or "")


def login(user: str, password: str) -> dict[str, Any]:
    """SASL/PLAIN over TLS. A blank user with a blank password is none. Raises ConnectorInputError."""
    if not user.strip() and not password.strip():
        return {}
    if not user.strip() or not password.strip():
        raise ConnectorInputError("Username / password pair is required")
    return {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": user,
        "sasl.password": password,
    }


def _property(name: str, value: str) -> dict[str, Any]:
    if name in SAME:
        return {name: _without_https(name, value)}
    if name in RENAMED:
        return {RENAMED[name]: value}
    if name == LIMITED:
        return {"message.timeout.ms": min(_milliseconds(name, value), DELIVERY_MILLISECONDS)}
    if name == JAAS:
        return {f"sasl.{key}": single or double for key, single, double in _OPTION.findall(value)}
    if name in STORES and value.upper() == "PEM":
        return {}
    if name.startswith(GUARDED):
        raise ConnectorInputError(f"additionalProperties: {name} is not supported; docs/connectors.md lists what is")
    return {}


def _without_https(name: str, value: str) -> str:
    """Java says "" for no check of the name; librdkafka `none`."""
    return "none" if name == "ssl.endpoint.identification.algorithm" and not value else value


def _milliseconds(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ConnectorInputError(f"additionalProperties: {name} must be a number of milliseconds") from None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
