"""RabbitMQ subscriptions."""

import base64
from collections.abc import Mapping

from tests.connectors.bad_input.rows import SECRET, SECRET_REFERENCE, Place, Subscribed


def at(uri: str, **changes: str) -> Mapping[str, str]:
    return {"authentication.authType": "uri", "authentication.uri": uri, "queueName": "orders", **changes}


def by_credentials(**changes: str) -> Mapping[str, str]:
    plain = {
        "authentication.authType": "credentials",
        "authentication.userName": "somebody",
        "authentication.password": SECRET_REFERENCE,
        "routing.virtualHost": "/",
        "routing.hostName": "localhost",
        "routing.port": "5672",
        "queueName": "orders",
    }
    return {**plain, **{name.replace("_", "."): value for name, value in changes.items()}}


LARGE = {
    "eventSourceArn": "broker.test:5672",
    "rmqMessagesByQueue": {"orders::/": [{"data": base64.b64encode(b"x" * 5_000_000).decode()}]},
}
ROWS = (
    Subscribed("missing", at("amqp://broker.test", queueName=""), "property queueName must not be empty"),
    Subscribed("missing", at(""), "authentication.uri must be amqp://… or amqps://… with a host"),
    Subscribed("missing", by_credentials(routing_hostName=""), "routing.hostName must not be empty"),
    Subscribed("missing", at("{{secrets.NOBODYS}}"), "'NOBODYS' is not available"),
    Subscribed("wrong type", at(f"http://u:{SECRET}@broker.test"), "authentication.uri must be amqp://…"),
    Subscribed(
        "wrong type",
        at(f"amqp://u:{SECRET}@broker.test:port"),
        "no URI of a broker: write amqp://user:password@host:port/vhost",
    ),
    Subscribed("wrong type", by_credentials(routing_port="70000"), "routing.port should be a port, 1 to 65535"),
    Subscribed("wrong type", by_credentials(routing_port="many"), "routing.port should be a whole number"),
    Subscribed("wrong type", by_credentials(exclusive="perhaps"), "exclusive should be true or false"),
    Subscribed("wrong type", by_credentials(arguments="=[1]"), "arguments should be a context"),
    Subscribed("unreachable host", lambda peers: at(f"amqp://{peers.closed}"), "Connection refused", Place.SOURCE),
    Subscribed("unreachable host", at("amqp://169.254.169.254"), "the cloud's metadata service", Place.SOURCE),
    Subscribed(
        "refused credentials",
        lambda peers: by_credentials(routing_port=str(peers.server("rabbit").port)),
        "ACCESS_REFUSED",
        Place.SOURCE,
    ),
    Subscribed(
        "missing",
        lambda peers: at(peers.server("rabbit").uri, queueName="nowhere"),
        "refused the consumer of nowhere: NOT_FOUND - no queue 'nowhere' in vhost '/'",
        Place.SOURCE,
    ),
    Subscribed(
        "refused certificate", lambda peers: at(f"amqps://{peers.untrusted}"), "CERTIFICATE_VERIFY_FAILED", Place.SOURCE
    ),
    Subscribed("too large", at("amqp://broker.test"), "5000066 bytes, and 1572864 are allowed", Place.DELIVERY, LARGE),
)
