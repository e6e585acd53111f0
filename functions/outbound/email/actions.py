"""What is done with mail: the inputs of each operation."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from connector_sdk.binding import ConnectorModel, Int32, NotBlank, NotNull
from connector_sdk.documents.document import Document
from connector_sdk.template import Equals, Property

MOST_LISTED = 100
"""Mails that a list has if the task does not say how many."""
CRITERIA = '{operator: "AND", criteria: [{field: "SUBJECT", value: "Order"}, {field: "FROM", value: "a@example.com"}]}'
Attachment = Annotated[Document, WithJsonSchema({"type": "object", "description": "a reference to a document"})]


class ContentType(Enum):
    """Of a body."""

    PLAIN = "PLAIN"
    HTML = "HTML"
    MULTIPART = "MULTIPART"


CONTENT_TYPES = {"PLAIN": "Text", "HTML": "HTML", "MULTIPART": "Text and HTML"}
WITH_TEXT = Equals("data.smtpAction.contentType", "PLAIN", "MULTIPART")
WITH_HTML = Equals("data.smtpAction.contentType", "HTML", "MULTIPART")


class SmtpAction(ConnectorModel):
    """A mail to send."""

    from_: Annotated[
        NotBlank, Field(alias="from"), Property(label="From", required=True, example="Orders <orders@example.com>")
    ]
    to: Annotated[NotNull, Property(kind="String", required=True, example="a@example.com, b@example.com")]
    cc: Annotated[Any, Property(kind="String")] = None
    bcc: Annotated[Any, Property(kind="String")] = None
    headers: dict[str, str | None] | None = None
    subject: Annotated[str, Property(required=True)]
    content_type: Annotated[ContentType, Property(choices=CONTENT_TYPES)] = ContentType.PLAIN
    body: Annotated[str | None, Property(label="Text", kind="Text", when=WITH_TEXT)] = None
    html_body: Annotated[str | None, Property(label="HTML", kind="Text", when=WITH_HTML)] = None
    attachments: list[Attachment] | None = None


class ImapOperation(Enum):
    """On a mailbox with folders."""

    LIST = "listEmailsImap"
    SEARCH = "searchEmailsImap"
    READ = "readEmailImap"
    DELETE = "deleteEmailImap"
    MOVE = "moveEmailImap"


class Pop3Operation(Enum):
    """On a mailbox without folders."""

    LIST = "listEmailsPop3"
    SEARCH = "searchEmailsPop3"
    READ = "readEmailPop3"
    DELETE = "deleteEmailPop3"


class SortField(Enum):
    """What a list is sorted by; POP3 knows no time of arrival."""

    RECEIVED_DATE = "RECEIVED_DATE"
    SENT_DATE = "SENT_DATE"
    SIZE = "SIZE"


class Pop3SortField(Enum):
    """What a list is sorted by."""

    SENT_DATE = "SENT_DATE"
    SIZE = "SIZE"


class SortOrder(Enum):
    """Of a list."""

    ASC = "ASC"
    DESC = "DESC"


def imap(*operations: str) -> Equals:
    """Shown for these operations."""
    return Equals("data.imapActionDiscriminator", *(f"{one}Imap" for one in operations))


def pop3(*operations: str) -> Equals:
    """Shown for these operations."""
    return Equals("data.pop3ActionDiscriminator", *(f"{one}Pop3" for one in operations))


REQUIRED: Mapping[Enum, tuple[str, ...]] = {
    ImapOperation.READ: ("message_id",),
    ImapOperation.DELETE: ("message_id",),
    ImapOperation.MOVE: ("message_id", "from_folder", "to_folder"),
    Pop3Operation.READ: ("message_id",),
    Pop3Operation.DELETE: ("message_id",),
}
"""What may not be blank."""


class _Action(ConnectorModel):
    def refusal(self, operation: Enum) -> str:
        """What an operation lacks; empty if nothing."""
        for name in REQUIRED.get(operation, ()):
            value = getattr(self, name)
            if value is None or (isinstance(value, str) and not value.strip()):
                return f"{type(self).model_fields[name].alias} must not be blank"
        return ""


class ImapAction(_Action):
    """The inputs of all operations on a mailbox with folders; a folder that is left out is INBOX."""

    max_to_be_read: Annotated[Int32, Property(when=imap("listEmails"))] = MOST_LISTED
    sort_field: Annotated[SortField, Property(when=imap("listEmails"))] = SortField.RECEIVED_DATE
    sort_order: Annotated[SortOrder, Property(when=imap("listEmails"))] = SortOrder.ASC
    list_emails_folder: Annotated[str | None, Property(label="Folder", when=imap("listEmails"))] = None
    criteria: Annotated[Any, Property(kind="Text", feel="required", when=imap("searchEmails"), example=CRITERIA)] = None
    search_email_folder: Annotated[str | None, Property(label="Folder", when=imap("searchEmails"))] = None
    message_id: Annotated[
        str | None,
        Property(label="Message ID", when=imap("readEmail", "deleteEmail", "moveEmail"), required=True),
    ] = None
    read_email_folder: Annotated[str | None, Property(label="Folder", when=imap("readEmail"))] = None
    delete_email_folder: Annotated[str | None, Property(label="Folder", when=imap("deleteEmail"))] = None
    from_folder: Annotated[str | None, Property(when=imap("moveEmail"), required=True)] = None
    to_folder: Annotated[str | None, Property(when=imap("moveEmail"), required=True)] = None


class Pop3Action(_Action):
    """The inputs of all operations on a mailbox without folders."""

    max_to_be_read: Annotated[Int32, Property(when=pop3("listEmails"))] = MOST_LISTED
    sort_field: Annotated[Pop3SortField, Property(when=pop3("listEmails"))] = Pop3SortField.SENT_DATE
    sort_order: Annotated[SortOrder, Property(when=pop3("listEmails"))] = SortOrder.ASC
    criteria: Annotated[Any, Property(kind="Text", feel="required", when=pop3("searchEmails"), example=CRITERIA)] = None
    message_id: Annotated[
        str | None, Property(label="Message ID", when=pop3("readEmail", "deleteEmail"), required=True)
    ] = None
