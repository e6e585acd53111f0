"""A mailbox without folders: the server can neither sort nor search, so every mail is looked at."""

from __future__ import annotations

import poplib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_sdk.mail.content import Mail, listed, mail, searched
from connector_sdk.outbound import JobContext
from functions.outbound.email.actions import Pop3Action, Pop3Operation, Pop3SortField, SortOrder
from functions.outbound.email.documents import check, not_found, read_whole
from functions.outbound.email.search import matching, meets

SORTED: Mapping[Pop3SortField, Callable[[Mail], Any]] = {
    Pop3SortField.SENT_DATE: lambda one: one.sent,
    Pop3SortField.SIZE: lambda one: one.size,
}


class Maildrop:
    """The operations of one session."""

    def __init__(self, client: poplib.POP3) -> None:
        self._client = client

    def list(self, action: Pop3Action, _: JobContext) -> Any:
        found = [self._headers(number, size) for number, size in self._sizes()]
        found.sort(key=SORTED[action.sort_field], reverse=action.sort_order is SortOrder.DESC)
        return [listed(one) for one in found[: max(action.max_to_be_read, 0)]]

    def search(self, action: Pop3Action, _: JobContext) -> Any:
        _meets(None, action.criteria)
        mails = (self._whole(number, size) for number, size in self._sizes())
        return [searched(found) for found in mails if _meets(found, action.criteria)]

    def read(self, action: Pop3Action, context: JobContext) -> Any:
        number, size = self._found(action.message_id)
        return read_whole(self._whole(number, size), context)

    def delete(self, action: Pop3Action, _: JobContext) -> Any:
        number, _size = self._found(action.message_id)
        self._client.dele(number)
        return {"messageId": action.message_id, "deleted": True}

    def _sizes(self) -> Iterator[tuple[int, int]]:
        for line in self._client.list()[1]:
            number, size = line.split()[:2]
            yield int(number), int(size)

    def _headers(self, number: int, size: int) -> Mail:
        return mail(b"\r\n".join(self._client.top(number, 0)[1]), size)

    def _whole(self, number: int, size: int) -> Mail:
        check(size)
        return mail(b"\r\n".join(self._client.retr(number)[1]), size)

    def _found(self, message_id: str | None) -> tuple[int, int]:
        for number, size in self._sizes():
            if self._headers(number, size).has_id(message_id or ""):
                return number, size
        raise not_found(message_id)


def _meets(found: Mail | None, criteria: Any) -> bool:
    """Whether a mail meets all criteria: one after the other, for all of them would not fit. None: no mail does.

    Raises ConnectorInputError for criteria in another form.
    """
    return criteria is None or bool(
        matching(criteria, lambda field, value: {0} if found is not None and meets(found, field, value) else set())
    )


OPERATIONS: Mapping[Pop3Operation, Callable[[Maildrop, Pop3Action, JobContext], Any]] = {
    Pop3Operation.LIST: Maildrop.list,
    Pop3Operation.SEARCH: Maildrop.search,
    Pop3Operation.READ: Maildrop.read,
    Pop3Operation.DELETE: Maildrop.delete,
}
