"""What an SQS task asks for."""

from __future__ import annotations

from typing import Annotated

from connector_sdk.aws import AwsRequest
from connector_sdk.aws.message import MessageAttributes, MessageDeduplicationId, MessageGroupId, OlderRegion, Ordering
from connector_sdk.binding import ConnectorModel, NotEmpty, NotNull
from connector_sdk.template import Property


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
    region: OlderRegion = None
    type: Annotated[Ordering, Property(label="Queue type", group="configuration")] = Ordering.STANDARD
    message_body: Annotated[NotNull, Property(group="input", kind="Text", feel="required")]
    message_attributes: MessageAttributes = None
    message_group_id: MessageGroupId = None
    message_deduplication_id: MessageDeduplicationId = None


class SqsRequest(AwsRequest):
    """The inputs of all SQS templates since 8.2."""

    queue: Queue

    @property
    def older_region(self) -> str | None:
        return self.queue.region
