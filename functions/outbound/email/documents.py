"""A mail as a task's result: its attachments are documents. It may be too large, or not be there."""

from __future__ import annotations

from typing import Any

from connector_sdk.errors import ConnectorError
from connector_sdk.mail.content import MAX_MAIL_BYTES, Mail, read
from connector_sdk.mail.imap import NOT_FOUND
from connector_sdk.outbound import JobContext


def check(size: int) -> None:
    """Before a mail is fetched. Raises ConnectorError if it is larger than the function can hold."""
    if size > MAX_MAIL_BYTES:
        raise ConnectorError(None, f"a mail has {size} bytes, and {MAX_MAIL_BYTES} are read at most")


def not_found(message_id: str | None) -> ConnectorError:
    """No mail has this id."""
    return ConnectorError(NOT_FOUND, f"No emails have been found with this ID: {message_id}")


def read_whole(found: Mail, context: JobContext) -> dict[str, Any]:
    """The whole mail."""
    return read(found, [context.documents.create(*one) for one in found.attachments()])
