"""Amazon SNS: publish the message that the task describes, return its id.

SNS speaks AWS's query protocol: a form goes out, XML comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from connector_sdk.aws import sent
from connector_sdk.aws_endpoint import Call
from connector_sdk.documents.json_text import message_text
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.sns.model import SnsRequest, Topic

VERSION = "2010-03-31"
HEADERS = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
_MESSAGE_ID = re.compile(r"<MessageId>([^<]*)</MessageId>")


@outbound_connector(
    type="io.camunda:aws-sns:1",
    name="Amazon SNS",
    template=ElementTemplate(
        "io.serverless-connectors.sns.v1",
        version=1,
        groups={"authentication": "Authentication", "configuration": "Topic", "input": "Message"},
        keywords=("publish message", "topic", "notification", "FIFO"),
    ),
)
def handler(request: SnsRequest, context: JobContext) -> dict[str, Any]:
    """Publish a message to a topic."""
    body = urlencode([("Action", "Publish"), ("Version", VERSION), *_message(request.topic)]).encode()
    answer = sent("sns", Call("POST", "/", headers=HEADERS, body=body), request, context.settings)
    found = _MESSAGE_ID.search(answer.body.decode())
    return {"messageId": found[1] if found else None}


def _message(topic: Topic) -> Iterator[tuple[str, str]]:
    yield from (("TopicArn", topic.topic_arn), ("Message", message_text(topic.message)))
    optional = {
        "Subject": topic.subject,
        "MessageGroupId": topic.message_group_id,
        "MessageDeduplicationId": topic.message_deduplication_id,
    }
    yield from ((name, value) for name, value in optional.items() if value is not None)
    for number, (name, (data_type, value)) in enumerate((topic.message_attributes or {}).items(), start=1):
        entry = f"MessageAttributes.entry.{number}"
        yield from (
            (f"{entry}.Name", name),
            (f"{entry}.Value.DataType", data_type),
            (f"{entry}.Value.StringValue", value),
        )
