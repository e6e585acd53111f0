"""A message as `chat.postMessage` takes it; documents are uploaded first and become blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector_sdk.documents.document import Document
from connector_sdk.documents.json_text import json_text
from functions.outbound.slack.api import SlackApi
from functions.outbound.slack.lookup import recipient
from functions.outbound.slack.model import Data, MessageType

UNNAMED = "document"
"""What Slack calls a document without a name."""


def message(data: Data, slack: SlackApi) -> dict[str, Any]:
    """The body. A text goes out as it is, or as a block of its own where the template knows no message types."""
    content: dict[str, Any] = {"channel": recipient(data.channel or "", slack)}
    if (data.thread or "").strip():
        content["thread_ts"] = data.thread
    files = [_file_block(document, slack) for document in data.documents or ()]
    if data.message_type is MessageType.PLAIN_TEXT:
        return content | {"text": data.text} | ({"blocks": files} if files else {})
    return content | {"blocks": [*files, *_text_blocks(data.text), *(data.block_content or ())]}


def _text_blocks(text: str | None) -> Iterable[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}] if text else ()


def _file_block(document: Document, slack: SlackApi) -> dict[str, Any]:
    name = document.name or UNNAMED
    place = slack.form(
        "files.getUploadURLExternal",
        "Error during filesGetUploadURLExternal call: ",
        filename=name,
        length=str(len(document.content)),
    )
    slack.upload(place["upload_url"], {"file": document})
    slack.form(
        "files.completeUploadExternal",
        "Error during filesCompleteUploadExternal call: ",
        files=json_text([{"id": place["file_id"], "title": name}]),
    )
    return {"type": "file", "file_id": place["file_id"], "source": "remote"}
