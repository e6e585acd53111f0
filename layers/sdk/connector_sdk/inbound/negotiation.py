"""The Accept header, as the servlet container of Camunda's runtime 8.8.7 takes it: after the command has been sent."""

from __future__ import annotations

from dataclasses import replace

from connector_sdk.inbound.answers import FAILED, JSON, TEXT, Answer
from connector_sdk.inbound.request import WebhookRequest


def negotiated(answer: Answer, request: WebhookRequest) -> Answer:
    """The answer if the sender accepts its content type. Text takes the type that was asked for; JSON becomes 500."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    if not answer.body or answer.headers.get("content-type") not in (JSON, TEXT):
        return answer
    if any("/" not in part for part in accepted):
        return FAILED
    if any(part in ("*/*", answer.headers["content-type"].partition(";")[0]) for part in accepted):
        return answer
    media_type = f"{accepted[0]};charset=UTF-8"
    if answer.headers["content-type"] == JSON:
        if any(part == "application/*" or part.endswith("+json") for part in accepted):
            return answer
        return replace(FAILED, headers={"content-type": media_type})
    return replace(answer, headers={**answer.headers, "content-type": media_type})
