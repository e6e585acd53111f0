"""Amazon SQS: send the message that the task describes, return its id."""

from __future__ import annotations

from typing import Any

from connector_sdk.aws import json_answer
from connector_sdk.aws_endpoint import json_object
from connector_sdk.documents.json_text import message_text
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.sqs.model import Queue, SqsRequest


@outbound_connector(
    type="io.camunda:aws-sqs:1",
    name="Amazon SQS",
    template=ElementTemplate(
        "io.serverless-connectors.sqs.v1",
        version=1,
        groups={"authentication": "Authentication", "configuration": "Queue", "input": "Message"},
        keywords=("send message", "queue", "FIFO"),
    ),
)
def handler(request: SqsRequest, context: JobContext) -> dict[str, Any]:
    """Send a message to a queue."""
    answer = json_answer("sqs", "SendMessage", _message(request.queue), request, context.settings)
    return {"messageId": json_object(answer.body).get("MessageId")}


def _message(queue: Queue) -> dict[str, Any]:
    attributes = {
        name: {"DataType": data_type, "StringValue": value}
        for name, (data_type, value) in (queue.message_attributes or {}).items()
    }
    optional = {
        "MessageAttributes": attributes or None,
        "MessageGroupId": queue.message_group_id,
        "MessageDeduplicationId": queue.message_deduplication_id,
    }
    given = {name: value for name, value in optional.items() if value is not None}
    return {"QueueUrl": queue.url, "MessageBody": message_text(queue.message_body), **given}
