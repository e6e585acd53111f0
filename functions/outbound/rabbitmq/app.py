"""RabbitMQ: publish the message that the task describes, wait until the broker has it."""

from __future__ import annotations

import struct

from pika.exceptions import ShortStringTooLong, UnsupportedAMQPFieldException

from connector_sdk.errors import ConnectorInputError
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.rabbitmq.broker import asked_by, publishing
from functions.outbound.rabbitmq.message import body, properties
from functions.outbound.rabbitmq.model import RabbitMqRequest


@outbound_connector(
    type="io.camunda:connector-rabbitmq:1",
    name="RabbitMQ",
    template=ElementTemplate(
        "io.serverless-connectors.rabbitmq.v1",
        version=1,
        groups={"authentication": "Authentication", "routing": "Routing", "message": "Message"},
        keywords=("send message", "queue", "exchange", "AMQP"),
    ),
)
def handler(request: RabbitMqRequest, context: JobContext) -> dict[str, str]:
    """Publish a message to an exchange."""
    content, described = body(request.message.body), properties(request.message.properties)
    routing = request.routing
    with publishing(asked_by(request), context.settings.allow_addresses) as channel:
        try:
            channel.basic_publish(routing.exchange, routing.routing_key, content, described)
        except (UnsupportedAMQPFieldException, ShortStringTooLong, struct.error) as error:
            raise ConnectorInputError(f"message.properties cannot be sent as AMQP 0-9-1 has them: {error}") from None
    return {"statusResult": "success"}
