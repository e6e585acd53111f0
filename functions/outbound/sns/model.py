"""What an SNS task asks for."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from pydantic import Field

from connector_sdk.aws import AwsRequest
from connector_sdk.aws.attributes import MessageAttributes
from connector_sdk.aws.request import Region
from connector_sdk.binding import ConnectorModel, NotBlank, NotNull
from connector_sdk.template import Equals, Property

MAX_SUBJECT_CHARACTERS = 99
FIFO_ONLY = Equals("topic.type", "fifo")


class TopicType(Enum):
    """What the Modeler asks for; SNS knows it by the topic's name."""

    STANDARD = "standard"
    FIFO = "fifo"


class Topic(ConnectorModel):
    """A topic, and the message for it."""

    topic_arn: Annotated[
        NotBlank,
        Property(label="Topic ARN", group="configuration", example="arn:aws:sns:eu-central-1:123456789012:orders"),
    ]
    region: Annotated[Region | None, Property(offered=False)] = None
    type: Annotated[TopicType, Property(label="Topic type", group="configuration")] = TopicType.STANDARD
    subject: Annotated[str | None, Field(max_length=MAX_SUBJECT_CHARACTERS), Property(group="input")] = None
    message: Annotated[NotNull, Property(group="input", kind="Text")]
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


class SnsRequest(AwsRequest):
    """The inputs of all SNS templates since 8.2."""

    topic: Topic

    @property
    def older_region(self) -> str | None:
        return self.topic.region
