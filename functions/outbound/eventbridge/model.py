"""What an EventBridge task asks for."""

from __future__ import annotations

from typing import Annotated

from connector_sdk.aws import AwsRequest
from connector_sdk.binding import ConnectorModel, NotBlank, NotNull
from connector_sdk.template import Property


class Event(ConnectorModel):
    """One event."""

    event_bus_name: Annotated[NotBlank, Property(label="Event bus", group="event", example="orders")]
    source: Annotated[NotBlank, Property(group="event", example="com.example.orders")]
    detail_type: Annotated[NotBlank, Property(group="event", example="order placed")]
    detail: Annotated[NotNull, Property(group="payload", kind="Text", feel="required", example="{orderId: orderId}")]


class EventBridgeRequest(AwsRequest):
    """The inputs of all EventBridge templates since 8.2."""

    input: Event
