"""What an SQS task asks for."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from connector_sdk.aws import AwsRequest
from connector_sdk.aws.attributes import MessageAttributes
from connector_sdk.aws.request import Region
from connector_sdk.binding import ConnectorModel, NotEmpty, NotNull
from connector_sdk.template import Equals, Property

FIFO_ONLY = Equals("queue.type", "fifo")


class QueueType(Enum):
    """What the Modeler asks for; SQS knows it by the queue's name."""

    STANDARD = "standard"
    FIFO = "fifo"


class Queue(ConnectorModel):
    """A queue, and the message for it."""

    url: Annotated[
        NotEmpty,
        Property(
            label="URL",
            group="configuration",
            example="https://sqs.eu-central-1.amazonaws.com/123456789012/orders",
        ),
    ]
    region: Annotated[Region | None, Property(offered=False)] = None
    type: Annotated[QueueType, Property(label="Queue type", group="configuration")] = QueueType.STANDARD
    message_body: Annotated[NotNull, Property(group="input", kind="Text", feel="required")]
    message_attributes: Annotated[
        MessageAttributes | None,
        Property(group="input", example='{trace: {DataType: "String", StringValue: traceId}}'),
    ] = None
    message_group_id: Annotated[
        str | None, Property(label="Message group ID", group="input", when=FIFO_ONLY, required=True)
    ] = None
    message_deduplication_id: Annotated[
        str | None, Property(label="Message deduplication ID", group="input", when=FIFO_ONLY)
    ] = None


class SqsRequest(AwsRequest):
    """The inputs of all SQS templates since 8.2."""

    queue: Queue

    @property
    def older_region(self) -> str | None:
        return self.queue.region
