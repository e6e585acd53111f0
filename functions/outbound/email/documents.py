"""A mail as a task's result: its attachments are documents."""

from __future__ import annotations

from typing import Any

from connector_sdk.mail.content import Mail, read
from connector_sdk.outbound import JobContext


def read_whole(found: Mail, context: JobContext) -> dict[str, Any]:
    """The whole mail."""
    return read(found, [context.documents.create(*one) for one in found.attachments()])
