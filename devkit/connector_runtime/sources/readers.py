"""The consumer of each kind of subscription."""

from __future__ import annotations

from collections.abc import Mapping

from connector_sdk.inbound.polled import PolledConnector
from devkit.connector_runtime.functions import SUBSCRIPTIONS
from devkit.connector_runtime.sources import kafka, polled, rabbitmq, sqs
from devkit.connector_runtime.sources.reader import Reader
from functions.inbound.kafka_subscription import app as kafka_subscription
from functions.inbound.rabbitmq_subscription import app as rabbitmq_subscription
from functions.inbound.sqs_subscription import app as sqs_subscription

READERS: Mapping[str, Reader] = {
    **{one.type: polled.read for one in SUBSCRIPTIONS if isinstance(one, PolledConnector)},
    kafka_subscription.handler.type: kafka.read,
    rabbitmq_subscription.handler.type: rabbitmq.read,
    sqs_subscription.handler.type: sqs.read,
}
