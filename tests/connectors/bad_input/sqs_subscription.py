"""Amazon SQS subscriptions."""

from collections.abc import Mapping

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Place, Subscribed

URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders"
ARN = "arn:aws:sqs:eu-central-1:123456789012:orders"


def queue(**changes: str) -> Mapping[str, str]:
    plain = {
        "authentication.type": "credentials",
        "authentication.accessKey": "AKIA",
        "authentication.secretKey": SECRET_REFERENCE,
        "configuration.region": "eu-central-1",
        "queue.url": URL,
    }
    return {**plain, **{name.replace("_", "."): value for name, value in changes.items()}}


LARGE = {"Records": [{"eventSourceARN": ARN, "messageId": "m-1", "body": "x" * 5_000_000}]}
ROWS = (
    Subscribed("missing", queue(queue_url=""), "property queue.url is ''"),
    Subscribed("missing", queue(authentication_secretKey=""), "authentication.secretKey must not be empty"),
    Subscribed("missing", queue(authentication_secretKey="{{secrets.NOBODYS}}"), "'NOBODYS' is not available"),
    Subscribed(
        "missing",
        queue(configuration_region="", queue_url="https://queues.test/123456789012/orders"),
        "property configuration.region is missing",
    ),
    Subscribed(
        "wrong type",
        queue(configuration_region="eu@evil.test/", queue_url="https://queues.test/123456789012/orders"),
        "'eu@evil.test/' cannot be the queue's region",
    ),
    Subscribed("wrong type", queue(queue_url="https://amazonaws/1/2", configuration_region=""), "region is missing"),
    Subscribed("wrong type", queue(queue_url="orders"), "it should be the URL of a queue"),
    Subscribed("wrong type", queue(authentication_type="role"), "it should be one of credentials, default"),
    Subscribed("wrong type", queue(queue_pollingWaitTime="soon"), "queue.pollingWaitTime should be a whole number"),
    Subscribed(
        "unreachable host",
        lambda peers: queue(configuration_endpoint=f"http://{peers.closed}"),
        "Connection refused",
        Place.SOURCE,
    ),
    Subscribed(
        "unreachable host",
        queue(configuration_endpoint="http://169.254.169.254"),
        "the cloud's metadata service: it hands out credentials",
        Place.SOURCE,
    ),
    Subscribed(
        "refused credentials",
        lambda peers: queue(configuration_endpoint=f"http://{peers.http}"),
        "UnrecognizedClientException",
        Place.SOURCE,
    ),
    Subscribed(
        "refused certificate",
        lambda peers: queue(configuration_endpoint=f"https://{peers.untrusted}"),
        "CERTIFICATE_VERIFY_FAILED",
        Place.SOURCE,
    ),
    Subscribed("too large", queue(), "5000144 bytes, and 1572864 are allowed", Place.DELIVERY, LARGE),
)
