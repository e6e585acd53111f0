"""A queue of Amazon SQS, read by this process instead of an event source mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector_sdk.aws.service import endpoint_at
from connector_sdk.aws_endpoint import AwsEndpoint, json_call, json_object
from connector_sdk.inbound.message import Settled
from devkit.connector_runtime.sources.reader import Reading
from functions.inbound.sqs_subscription.model import Queue

BATCH = 10
"""As many as SQS hands over, or deletes, at a time."""
WAIT_SECONDS = 1
"""How long a look at an empty queue lasts, at most: short, so that Ctrl-C is answered soon."""
READ_MARGIN_SECONDS = 10.0
_VALUES = {"StringValue": "stringValue", "BinaryValue": "binaryValue", "DataType": "dataType"}


def read(reading: Reading) -> None:
    """Take messages until it is stopped. Raises AwsError, ConnectorInputError, DeniedAddress."""
    queue: Queue = reading.subscription.configuration
    sqs = endpoint_at("sqs", queue.region, queue.endpoint, queue.keys, reading.settings)
    wait = min(queue.wait_seconds, WAIT_SECONDS)
    look = {
        "QueueUrl": queue.url,
        "MaxNumberOfMessages": BATCH,
        "WaitTimeSeconds": wait,
        "AttributeNames": ["All"],
        "MessageAttributeNames": ["All"],
    }
    while not reading.stopped.is_set():
        call = replace(json_call("sqs", "ReceiveMessage", look), read_timeout=wait + READ_MARGIN_SECONDS)
        messages = json_object(sqs.send(call).body).get("Messages") or []
        reading.connected()
        settled = reading.settle({"Records": [record(message, queue.arn) for message in messages]})
        _delete(sqs, queue.url, [item.record for item, outcome in settled if outcome is Settled.DONE])
        if not messages and wait == 0:
            reading.stopped.wait(WAIT_SECONDS)


def record(message: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """A message of ReceiveMessage as an event source mapping hands it over."""
    attributes = message.get("MessageAttributes") or {}
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "md5OfBody": message.get("MD5OfBody"),
        "attributes": message.get("Attributes") or {},
        "md5OfMessageAttributes": message.get("MD5OfMessageAttributes"),
        "messageAttributes": {
            name: {
                "stringListValues": [],
                "binaryListValues": [],
                **{_VALUES[key]: value for key, value in one.items() if key in _VALUES},
            }
            for name, one in attributes.items()
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
    }


def _delete(sqs: AwsEndpoint, url: str, records: Sequence[Mapping[str, Any]]) -> None:
    entries = [{"Id": str(number), "ReceiptHandle": one["receiptHandle"]} for number, one in enumerate(records)]
    if entries:
        sqs.operation("DeleteMessageBatch", {"QueueUrl": url, "Entries": entries})
