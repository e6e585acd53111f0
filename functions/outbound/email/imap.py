"""What is done with a mailbox with folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connector_sdk.mail.content import LONG_AGO, Mail, listed, searched
from connector_sdk.mail.imap import HEADERS, WHOLE, Mailbox
from connector_sdk.outbound import JobContext
from functions.outbound.email.actions import ImapAction, ImapOperation, SortField, SortOrder
from functions.outbound.email.documents import check, not_found, read_whole
from functions.outbound.email.search import matching

Sorted = Callable[[Mail], Any]
SORTED: Mapping[SortField, Sorted] = {
    SortField.RECEIVED_DATE: lambda one: one.received or LONG_AGO,
    SortField.SENT_DATE: lambda one: one.sent,
    SortField.SIZE: lambda one: one.size,
}


def _list(mailbox: Mailbox, action: ImapAction, _: JobContext) -> Any:
    mailbox.open(action.list_emails_folder)
    found = sorted(
        mailbox.fetched("1:*", HEADERS) if mailbox.count else (),
        key=SORTED[action.sort_field],
        reverse=action.sort_order is SortOrder.DESC,
    )
    return [listed(one) for one in found[: max(action.max_to_be_read, 0)]]


def _search(mailbox: Mailbox, action: ImapAction, _: JobContext) -> Any:
    mailbox.open(action.search_email_folder)
    numbers = _numbers(mailbox, action.criteria)
    return [searched(one) for one in mailbox.fetched(",".join(map(str, numbers)), HEADERS)] if numbers else []


def _numbers(mailbox: Mailbox, criteria: Any) -> Sequence[int]:
    if criteria is None:
        return mailbox.found("ALL")
    return sorted(matching(criteria, lambda field, value: set(mailbox.holding(value, field))))


def _read(mailbox: Mailbox, action: ImapAction, context: JobContext) -> Any:
    mailbox.open(action.read_email_folder)
    number = str(_number(mailbox, action.message_id))
    for headers in mailbox.fetched(number, HEADERS):
        check(headers.size)
    for found in mailbox.fetched(number, WHOLE):
        return read_whole(found, context)
    raise not_found(action.message_id)


def _delete(mailbox: Mailbox, action: ImapAction, _: JobContext) -> Any:
    mailbox.open(action.delete_email_folder, changing=True)
    mailbox.remove(_number(mailbox, action.message_id))
    return {"messageId": action.message_id, "deleted": True}


def _move(mailbox: Mailbox, action: ImapAction, _: JobContext) -> Any:
    mailbox.open(action.from_folder, changing=True)
    mailbox.move(_number(mailbox, action.message_id), action.to_folder)
    return {"messageId": action.message_id, "from": action.from_folder, "to": action.to_folder}


def _number(mailbox: Mailbox, message_id: str | None) -> int:
    found = mailbox.holding((message_id or "").strip(), "HEADER", "Message-ID")
    if not found:
        raise not_found(message_id)
    return found[0]


OPERATIONS: Mapping[ImapOperation, Callable[[Mailbox, ImapAction, JobContext], Any]] = {
    ImapOperation.LIST: _list,
    ImapOperation.SEARCH: _search,
    ImapOperation.READ: _read,
    ImapOperation.DELETE: _delete,
    ImapOperation.MOVE: _move,
}
