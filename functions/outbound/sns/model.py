"""What an SNS task asks for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from connector_sdk.aws import AwsRequest
from connector_sdk.aws.message import MessageAttributes, MessageDeduplicationId, MessageGroupId, OlderRegion, Ordering
from connector_sdk.binding import ConnectorModel, NotBlank, NotNull
from connector_sdk.template import Property

MAX_SUBJECT_CHARACTERS = 99


class Topic(ConnectorModel):
    """A topic, and the message for it."""

    topic_arn: Annotated[
        NotBlank,
        Property(label="Topic ARN", group="configuration", example="arn:aws:sns:eu-central-1:123456789012:orders"),
    ]
    region: OlderRegion = None
    type: Annotated[Ordering, Property(label="Topic type", group="configuration")] = Ordering.STANDARD
    subject: Annotated[str | None, Field(max_length=MAX_SUBJECT_CHARACTERS), Property(group="input")] = None
    message: Annotated[NotNull, Property(group="input", kind="Text")]
    message_attributes: MessageAttributes = None
    message_group_id: MessageGroupId = None
    message_deduplication_id: MessageDeduplicationId = None


class SnsRequest(AwsRequest):
    """The inputs of all SNS templates since 8.2."""

    topic: Topic

    @property
    def older_region(self) -> str | None:
        return self.topic.region
