"""What a message task or event asks for."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from connector_sdk.binding import ConnectorModel, NotBlank, OneOf
from connector_sdk.java_duration import milliseconds
from connector_sdk.template import Property

_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def _duration(text: str) -> str:
    """Milliseconds as text. A bare number is seconds, as Jackson reads durations."""
    if _SECONDS.fullmatch(text):
        return f"{int(text) * 1000}"
    try:
        return f"{milliseconds(text)}"
    except ValueError as error:
        raise PydanticCustomError("duration", "must be a duration such as PT1H") from error


Duration = Annotated[str, AfterValidator(_duration)]


class Publish(ConnectorModel):
    """Publish message (with buffer)"""

    type: Literal["publish"]
    time_to_live: Annotated[
        Duration | None, Property(example="PT1H", description="How long the message waits for somebody to take it")
    ] = None
    message_id: Annotated[
        str | None, Property(label="Message ID", description="While a message with it waits, it is not published again")
    ] = None


class Correlate(ConnectorModel):
    """Correlate message (with result)"""

    type: Literal["correlate"]


class SendMessageRequest(ConnectorModel):
    """The inputs of all message templates since 8.6."""

    message_name: Annotated[NotBlank, Property(group="message")]
    correlation_key: Annotated[str | None, Property(group="message")] = None
    variables: Annotated[dict[str, Any] | None, Property(label="Payload", group="message")] = None
    correlation_type: Annotated[
        Publish | Correlate, OneOf, Property(label="Correlation mode", group="message", default="publish")
    ]
    tenant_id: Annotated[str | None, Property(label="Tenant ID", group="message")] = None
    request_timeout: Annotated[Duration | None, Property(group="message", example="PT10S")] = None
