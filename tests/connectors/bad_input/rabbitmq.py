"""RabbitMQ."""

from collections.abc import Mapping
from typing import Any

from devkit.testing.rabbitmq import MAX_MESSAGE_BYTES
from tests.connectors.bad_input.rows import SECRET_REFERENCE, Peers, Row

ROUTING = {"exchange": "amq.topic", "routingKey": "placed"}
NOBODY = "amqp://127.0.0.1:9"


def task(uri: str, routing: Any = ROUTING, **message: Any) -> Mapping[str, Any]:
    authentication = {"authType": "uri", "uri": uri}
    return {"authentication": authentication, "routing": routing, "message": {"body": "x", **message}}


def credentials(**routing: Any) -> Mapping[str, Any]:
    authentication = {"authType": "credentials", "userName": "guest", "password": SECRET_REFERENCE}
    return {"authentication": authentication, "routing": {**ROUTING, **routing}, "message": {"body": "x"}}


def real(peers: Peers, user: str = "guest:guest") -> str:
    running = peers.server("rabbit")
    return f"amqp://{user}@{running.host}:{running.port}"


ROWS = (
    Row("missing", {"routing": ROUTING, "message": {"body": "x"}}, "authentication: Validation failed", retries=0),
    Row("missing", task(NOBODY, {"exchange": "orders"}), "routing.routingKey: Validation failed", retries=0),
    Row("missing", task(NOBODY, body=None), "message.body: Validation failed", retries=0),
    Row("missing", credentials(hostName="x.test", port="5672"), "virtualHost must not be blank", retries=0),
    Row("wrong type", task("http://x.test"), "must be amqp://… or amqps://…", retries=0),
    Row("wrong type", task("amqp://x.test:port"), "authentication.uri is no URI", retries=0),
    Row("wrong type", credentials(hostName="x", port="many", virtualHost="/"), "routing.port: Valid", retries=0),
    Row("wrong type", task(NOBODY, properties={"colour": 1}), "Unsupported field [colour] for properties", retries=0),
    Row("wrong type", task(NOBODY, properties={"timestamp": "soon"}), "timestamp has a value", retries=0),
    Row("wrong type", lambda peers: task(real(peers), properties={"type": "x" * 256}), "cannot be sent", retries=0),
    Row("unreachable host", lambda peers: task(f"amqp://{peers.closed}"), "Connection refused"),
    Row("unreachable host", task("amqp://nobody.invalid"), "no connection to RabbitMQ at nobody.invalid:5672: "),
    Row(
        "refused credentials",
        lambda peers: task(real(peers, f"guest:{SECRET_REFERENCE}")),
        "refused the user or its password: ",
    ),
    Row("refused credentials", lambda peers: task(f"{real(peers)}/elsewhere"), "refused the virtual host: "),
    Row("refused certificate", lambda peers: task(f"amqps://{peers.untrusted}"), "no TLS connection to RabbitMQ at"),
    Row(
        "too large",
        lambda peers: task(real(peers), body="x" * (MAX_MESSAGE_BYTES + 1)),
        "refused the message: PRECONDITION_FAILED - message size",
    ),
)
