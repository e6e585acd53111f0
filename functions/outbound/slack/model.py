"""What a Slack task asks for. `method` says which of the members of `data` count."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

from pydantic import ValidationInfo, WithJsonSchema, field_validator, model_validator
from pydantic_core import PydanticCustomError

from connector_sdk.binding import NEWER, ConnectorModel, NotBlank, Secret
from connector_sdk.documents.document import Document
from connector_sdk.template import Equals, Pattern, Property


class Method(Enum):
    """Slack's own names."""

    POST_MESSAGE = "chat.postMessage"
    CREATE_CHANNEL = "conversations.create"
    INVITE = "conversations.invite"
    ADD_REACTION = "reactions.add"
    ADD_PIN = "pins.add"
    REMOVE_PIN = "pins.remove"


LABELS = {
    Method.POST_MESSAGE: "Post message",
    Method.CREATE_CHANNEL: "Create channel",
    Method.INVITE: "Invite to channel",
    Method.ADD_REACTION: "Add reaction",
    Method.ADD_PIN: "Pin message",
    Method.REMOVE_PIN: "Unpin message",
}
"""What the Modeler shows."""
_CHOICES = {method.value: label for method, label in LABELS.items()}


def _when(*methods: Method) -> Equals:
    return Equals("method", *(method.value for method in methods))


POST = _when(Method.POST_MESSAGE)
CREATE = _when(Method.CREATE_CHANNEL)
INVITE = _when(Method.INVITE)
REACT = _when(Method.ADD_REACTION)
TO_A_MESSAGE = _when(Method.ADD_REACTION, Method.ADD_PIN, Method.REMOVE_PIN)
IN_A_CHANNEL = _when(Method.POST_MESSAGE, Method.ADD_REACTION, Method.ADD_PIN, Method.REMOVE_PIN)
CHANNEL_NAME = Pattern("^(=|[-_a-z0-9]{1,80}$)", "May have up to 80 lowercase letters, digits, underscores and dashes")
REQUIRED: Mapping[Method, tuple[str, ...]] = {
    Method.POST_MESSAGE: ("channel",),
    Method.CREATE_CHANNEL: ("new_channel_name",),
    Method.INVITE: ("users",),
    Method.ADD_REACTION: ("channel", "emoji", "timestamp"),
    Method.ADD_PIN: ("channel", "timestamp"),
    Method.REMOVE_PIN: ("channel", "timestamp"),
}
"""What may not be blank."""


Attachment = Annotated[Document, WithJsonSchema({"type": "object", "description": "a reference to a document"})]


class MessageType(Enum):
    """Whether `text` or `blockContent` is the message. The templates before 8.5 do not say."""

    PLAIN_TEXT = "plainText"
    MESSAGE_BLOCK = "messageBlock"


class Visibility(Enum):
    """Of a new channel."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


class ChannelType(Enum):
    """How the Modeler asks for the channel to invite to. What counts is which of the two is there, the id first."""

    ID = "channelId"
    NAME = "channelName"


class Data(ConnectorModel):
    """The members of all methods."""

    channel: Annotated[
        str | None,
        Property(
            label="Channel, user or e-mail",
            group="data",
            when=IN_A_CHANNEL,
            required=True,
            description="#channel, the id of a channel, @user (the full name), or an e-mail address",
        ),
    ] = None
    thread: Annotated[str | None, Property(group="data", when=POST)] = None
    message_type: Annotated[MessageType | None, Property(group="data", when=POST, default="plainText")] = None
    text: Annotated[
        str | None, Property(kind="Text", group="data", when=Equals("data.messageType", "plainText"), required=True)
    ] = None
    block_content: Annotated[
        Any,
        Property(
            label="Message block",
            group="data",
            kind="Text",
            feel="required",
            when=Equals("data.messageType", "messageBlock"),
            required=True,
            example='[{type: "section", text: {type: "mrkdwn", text: "*Order 7* was placed"}}]',
        ),
    ] = None
    documents: Annotated[list[Attachment] | None, Property(label="Attachments", group="data", when=POST)] = None
    new_channel_name: Annotated[
        str | None,
        Property(
            label="Channel name", group="data", when=CREATE, required=True, pattern=CHANNEL_NAME, example="orders"
        ),
    ] = None
    visibility: Annotated[Visibility, Property(group="data", when=CREATE)] = Visibility.PUBLIC
    channel_type: Annotated[ChannelType, Property(label="Invite by", group="data", when=INVITE)] = ChannelType.ID
    channel_id: Annotated[
        str | None,
        Property(label="Channel ID", group="data", when=Equals("data.channelType", "channelId"), required=True),
    ] = None
    channel_name: Annotated[
        str | None, Property(group="data", when=Equals("data.channelType", "channelName"), required=True)
    ] = None
    users: Annotated[
        Any,
        Property(
            group="data",
            kind="String",
            when=INVITE,
            required=True,
            example="@user1, user2@example.com, U024BE7LH",
        ),
    ] = None
    emoji: Annotated[str | None, Property(label="Emoji name", group="data", when=REACT, required=True)] = None
    timestamp: Annotated[
        str | None, Property(label="Message timestamp", group="data", when=TO_A_MESSAGE, required=True)
    ] = None

    def refusal(self, method: Method) -> str:
        """What a method lacks; empty if nothing."""
        for name in REQUIRED[method]:
            value = getattr(self, name)
            if value is None or not str(value).strip():
                return f"{type(self).model_fields[name].alias} must not be blank"
        if method is Method.POST_MESSAGE and not (self.text or "").strip() and self.block_content is None:
            return "Text or block content required to post a message"
        if self.block_content is not None and not isinstance(self.block_content, list):
            return "Block section must be an array"
        if method is Method.INVITE and not isinstance(self.users, str | list):
            return "users must be a text or a list of texts"
        if method is Method.INVITE and not self.channel_id and not self.channel_name:
            return "channelId or channelName must not be blank"
        return ""


class SlackCredential(ConnectorModel):
    """A configuration of the cluster (8.10): takes the place of the task's own token."""

    token: Secret


class SlackRequest(ConnectorModel):
    """The inputs of all Slack templates since 8.2."""

    slack_credential: Annotated[SlackCredential | None, NEWER, Property(offered=False)] = None
    method: Annotated[Method, Property(group="method", choices=_CHOICES, default=Method.POST_MESSAGE.value)]
    token: Annotated[NotBlank, Secret, Property(label="OAuth token", group="authentication", secret=True)]
    data: Data

    @model_validator(mode="before")
    @classmethod
    def _effective(cls, members: Any) -> Any:
        shared = members.get("slackCredential") if isinstance(members, Mapping) else None
        return {**members, "token": shared.get("token")} if isinstance(shared, Mapping) else members

    @field_validator("data")
    @classmethod
    def _complete(cls, data: Data, info: ValidationInfo) -> Data:
        method = info.data.get("method")
        if method is not None and (refusal := data.refusal(method)):
            raise PydanticCustomError("incomplete", "{refusal}", {"refusal": refusal})
        return data
