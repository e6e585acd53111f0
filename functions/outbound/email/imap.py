"""A mailbox with folders."""

from __future__ import annotations

import imaplib
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connector_sdk.errors import ConnectorError
from connector_sdk.outbound import JobContext
from functions.outbound.email.actions import ImapAction, ImapOperation, SortField, SortOrder
from functions.outbound.email.content import LONG_AGO, Mail, listed, mail, read, searched
from functions.outbound.email.search import matching

NOT_FOUND = "EMAIL_NOT_FOUND"
INBOX = "INBOX"
HEADERS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM SUBJECT DATE)]"
WHOLE = "BODY.PEEK[]"
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_SEPARATOR = re.compile(rb'\([^)]*\) (?:"((?:\\.|[^"\\]))"|NIL) ')
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_PLAIN = re.compile(r"[^\x20-\x7e]+|&")

Sorted = Callable[[Mail], Any]
SORTED: Mapping[SortField, Sorted] = {
    SortField.RECEIVED_DATE: lambda one: one.received or LONG_AGO,
    SortField.SENT_DATE: lambda one: one.sent,
    SortField.SIZE: lambda one: one.size,
}


class Mailbox:
    """The operations of one session."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client

    def list(self, action: ImapAction, _: JobContext) -> Any:
        self._open(action.list_emails_folder)
        found = sorted(
            self._fetched("1:*", HEADERS) if self._count else (),
            key=SORTED[action.sort_field],
            reverse=action.sort_order is SortOrder.DESC,
        )
        return [listed(one) for one in found[: max(action.max_to_be_read, 0)]]

    def search(self, action: ImapAction, _: JobContext) -> Any:
        self._open(action.search_email_folder)
        numbers = self._numbers(action.criteria)
        return [searched(one) for one in self._fetched(",".join(map(str, numbers)), HEADERS)] if numbers else []

    def _numbers(self, criteria: Any) -> Sequence[int]:
        if criteria is None:
            return self._found("ALL")
        return sorted(matching(criteria, lambda field, value: set(self._search(value, field))))

    def read(self, action: ImapAction, context: JobContext) -> Any:
        self._open(action.read_email_folder)
        [found] = self._fetched(str(self._number(action.message_id)), WHOLE)
        return read(found, context.documents.create)

    def delete(self, action: ImapAction, _: JobContext) -> Any:
        self._open(action.delete_email_folder, changing=True)
        self._remove(self._number(action.message_id))
        return {"messageId": action.message_id, "deleted": True}

    def move(self, action: ImapAction, _: JobContext) -> Any:
        target = self._path(action.to_folder)
        self._client.create(target)  # NO if it is there
        self._open(action.from_folder, changing=True)
        number = self._number(action.message_id)
        if "MOVE" in self._client.capabilities:
            self._done(self._client.uid("MOVE", str(number), target))
        else:
            self._done(self._client.uid("COPY", str(number), target))
            self._remove(number)
        return {"messageId": action.message_id, "from": action.from_folder, "to": action.to_folder}

    def _open(self, folder: str | None, *, changing: bool = False) -> None:
        status, counts = self._client.select(self._path(folder), readonly=not changing)
        if status != "OK":
            raise ConnectorError(NOT_FOUND, f"Folder {folder} does not exist")
        self._count = int(counts[0] or b"0")

    def _path(self, folder: str | None) -> str:
        """The folder in the server's own spelling: levels are given with `.` or `/` between them."""
        if not folder or folder.upper() == INBOX:
            return INBOX
        _, answer = self._client.list('""', '""')
        found = _SEPARATOR.match(answer[0]) if answer and isinstance(answer[0], bytes) else None
        separator = found[1].decode()[-1] if found and found[1] else "/"
        return _quoted(_mailbox_name(separator.join(re.split(r"[./]", folder))))

    def _number(self, message_id: str | None) -> int:
        found = self._search((message_id or "").strip(), "HEADER", "Message-ID")
        if not found:
            raise ConnectorError(NOT_FOUND, f"No emails have been found with this ID: {message_id}")
        return found[0]

    def _search(self, value: str, *field: str) -> Sequence[int]:
        """Values go as literals: any character may be in them, and nothing has to be quoted."""
        setattr(self._client, "literal", value.encode())  # noqa: B010 - typeshed takes it for a text
        return self._found("CHARSET", "UTF-8", *field)

    def _found(self, *criteria: str) -> Sequence[int]:
        answer = self._done(self._client.uid("SEARCH", *criteria))
        return [int(number) for number in (answer[0] or b"").split()]

    def _remove(self, number: int) -> None:
        self._done(self._client.uid("STORE", str(number), "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in self._client.capabilities:
            self._done(self._client.uid("EXPUNGE", str(number)))
        else:
            self._done(self._client.expunge())

    def _fetched(self, numbers: str, what: str) -> Iterator[Mail]:
        for part in self._done(self._client.uid("FETCH", numbers, f"(RFC822.SIZE INTERNALDATE {what})")):
            if isinstance(part, tuple):
                size, date = _SIZE.search(part[0]), _DATE.search(part[0])
                received = datetime.strptime(date[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if date else None
                yield mail(part[1], int(size[1]) if size else len(part[1]), received and received.astimezone(UTC))

    @staticmethod
    def _done(answer: tuple[str, Any]) -> Any:
        status, content = answer
        if status != "OK":
            raise imaplib.IMAP4.error(content[0] if content else status)
        return content


OPERATIONS: Mapping[ImapOperation, Callable[[Mailbox, ImapAction, JobContext], Any]] = {
    ImapOperation.LIST: Mailbox.list,
    ImapOperation.SEARCH: Mailbox.search,
    ImapOperation.READ: Mailbox.read,
    ImapOperation.DELETE: Mailbox.delete,
    ImapOperation.MOVE: Mailbox.move,
}


def _mailbox_name(name: str) -> str:
    """In the modified UTF-7 of IMAP (RFC 3501, section 5.1.3)."""
    return _PLAIN.sub(lambda found: "&" + ("" if found[0] == "&" else _shifted(found[0])) + "-", name)


def _shifted(text: str) -> str:
    return b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
