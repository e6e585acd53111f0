"""The Accept header, as the servlet container of Camunda's runtime 8.8.7 takes it: after the command has been sent."""

from __future__ import annotations

from dataclasses import replace

from connector_sdk.inbound.answers import FAILED, JSON, TEXT, Answer
from connector_sdk.inbound.request import WebhookRequest


def negotiated(answer: Answer, request: WebhookRequest) -> Answer:
    """The answer in a type that the sender accepts: text takes any type, JSON a JSON one, or it becomes 500.

    Only answers whose content type the model left open are negotiated.
    """
    given = answer.headers.get("content-type")
    accept = request.headers.get("accept")
    if not accept or not answer.body or given not in (JSON, TEXT):
        return answer
    accepted = _by_quality(accept)
    if any("/" not in part for part in accepted):
        return FAILED
    chosen = next((found for part in accepted if (found := _json(part) if given == JSON else _text(part))), None)
    if chosen is None:
        return replace(FAILED, headers={"content-type": f"{accepted[0]};charset=UTF-8"})
    return replace(answer, headers={**answer.headers, "content-type": chosen})


def _by_quality(accept: str) -> list[str]:
    """The media types of an Accept header (RFC 9110, section 12.5.1), those that the sender likes best first."""
    ranked = []
    for part in accept.split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        ranked.append((quality.rstrip("0").rstrip(".") or "0", media_type.lower()))
    return [media_type for _, media_type in sorted(ranked, key=lambda one: one[0], reverse=True)]


def _json(part: str) -> str | None:
    if part in ("*/*", "application/*", JSON):
        return JSON
    return part if part.startswith("application/") and part.endswith("+json") else None


def _text(part: str) -> str | None:
    if part in ("*/*", "text/*", "text/plain"):
        return TEXT
    if "*" in part:
        return None
    return part if part == JSON or part.endswith("+json") else f"{part};charset=UTF-8"
