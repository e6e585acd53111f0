"""Amazon EventBridge: put the event that the task describes on a bus, return EventBridge's answer.

An event that EventBridge does not take is in the answer, `failedEntryCount` and `entries[1].errorCode`, as in Camunda's
connector: the job is completed, unless an error expression says otherwise.
"""

from __future__ import annotations

from typing import Any

from connector_sdk.aws import json_answer
from connector_sdk.aws_endpoint import json_object
from connector_sdk.documents.json_text import message_text
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from connector_sdk.wire.connection import Response
from functions.outbound.eventbridge.model import EventBridgeRequest

REQUEST_ID = "x-amzn-requestid"


@outbound_connector(
    type="io.camunda:aws-eventbridge:1",
    name="Amazon EventBridge",
    template=ElementTemplate(
        "io.serverless-connectors.eventbridge.v1",
        version=1,
        groups={
            "authentication": "Authentication",
            "configuration": "Configuration",
            "event": "Event",
            "payload": "Payload",
        },
        keywords=("send event", "event bus"),
    ),
)
def handler(request: EventBridgeRequest, context: JobContext) -> dict[str, Any]:
    """Put an event on an event bus."""
    event = request.input
    entry = {
        "Source": event.source,
        "DetailType": event.detail_type,
        "EventBusName": event.event_bus_name,
        "Detail": message_text(event.detail),
    }
    return _result(json_answer("events", "PutEvents", {"Entries": [entry]}, request, context.settings))


def _result(answer: Response) -> dict[str, Any]:
    """The shape of AWS's SDK for Java, which templates' expressions know."""
    content = json_object(answer.body)
    everything = {name: answer.headers.get_all(name, []) for name in dict.fromkeys(answer.headers)}
    return {
        "sdkResponseMetadata": {"requestId": answer.headers.get(REQUEST_ID)},
        "sdkHttpMetadata": {
            "httpHeaders": {name: values[0] for name, values in everything.items()},
            "httpStatusCode": answer.status,
            "allHttpHeaders": everything,
        },
        "failedEntryCount": content.get("FailedEntryCount"),
        "entries": [
            {name: entry.get(name[0].upper() + name[1:]) for name in ("eventId", "errorCode", "errorMessage")}
            for entry in content.get("Entries", [])
        ],
    }
