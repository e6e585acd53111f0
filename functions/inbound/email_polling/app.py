"""The function that looks, by a schedule, into the mailboxes that e-mail events name.

A mail is marked, deleted or moved when the engine has its event, or when the model wants it dropped. Until then it
stays where it is, as in Camunda's runtime.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.inbound.message import InboundMessage
from connector_sdk.inbound.multipart import Part
from connector_sdk.inbound.polled import PolledConnector, Taken
from connector_sdk.mail.content import MAX_MAIL_BYTES, Mail, read
from connector_sdk.mail.imap import WHOLE, Mailbox, Refused, logged_in
from connector_sdk.settings import Settings
from connector_sdk.template import EVENTS, ElementTemplate
from functions.inbound.email_polling.model import FEEL, GROUPS, PROPERTIES, Handling, Listened

LOOKS_AT_ONCE = 4
"""A mail of the limit takes 330 MB until its event is stored, and the function has 1536."""
LOOK_SECONDS = 30.0
"""After so long a look begins no further mail, so that its session is not cut short; the next one goes on there."""
_reached: dict[str, int] = {}
"""By source, the mail at which a look ended before it had seen all: what stays keeps no look from the newer ones."""
_LOG = logging.getLogger(__name__)


def message(record: Mapping[str, Any], listened: Listened) -> InboundMessage:
    """Take the mails of a mailbox."""
    found: Mail = record["mail"]
    attached = [Part("", content, name, kind) for content, kind, name in found.attachments()]
    return InboundMessage(read(found, []), record["id"], attached)


def look(listened: Listened, settings: Settings, taken: Taken, clock: Clock | None = None) -> None:
    """Take in the mails of a folder, oldest first. Raises ConnectorError, DeniedAddress."""
    timing = clock or SystemClock()
    end, refused = timing.monotonic() + LOOK_SECONDS, None
    with logged_in(listened.server, listened.login, settings.allow_addresses) as mailbox:
        mailbox.open(listened.folder, changing=True)
        for number in _waiting(mailbox, listened):
            if timing.monotonic() >= end:
                break
            _reached[listened.source] = number
            try:
                _take_in(mailbox, number, listened, taken)
            except Refused as error:
                refused = error
        else:
            _reached.pop(listened.source, None)
        if refused is not None:
            raise refused


def _take_in(mailbox: Mailbox, number: int, listened: Listened, taken: Taken) -> None:
    for found in mailbox.fetched(str(number), WHOLE):
        name = _id(found) or f"{mailbox.validity}/{number}"
        if taken({"mail": found, "id": name}):
            _DONE[listened.handling](mailbox, number, listened)


def _id(found: Mail) -> str:
    """Its Message-ID; empty if there is none, or nothing in it."""
    given = found.message_id or ""
    return given if given.strip("<> ") else ""


def _waiting(mailbox: Mailbox, listened: Listened) -> Iterator[int]:
    wanted = ("UNSEEN", "UNDELETED") if listened.unseen else ("UNDELETED",)
    large = mailbox.found(*wanted, "LARGER", str(MAX_MAIL_BYTES))
    if large:
        _LOG.warning("%d mails of more than %d bytes stay in %s", len(large), MAX_MAIL_BYTES, listened.source)
    reached = _reached.get(listened.source, 0)
    yield from sorted({*mailbox.found(*wanted)} - {*large}, key=lambda number: (number <= reached, number))


def _moved(mailbox: Mailbox, number: int, listened: Listened) -> None:
    mailbox.see(number)
    try:
        mailbox.move(number, listened.target)
    except Refused:
        mailbox.see(number, seen=not listened.unseen)  # or no look would find it again
        raise


_DONE: Mapping[Handling, Callable[[Mailbox, int, Listened], None]] = {
    "READ": lambda mailbox, number, _: mailbox.see(number),
    "DELETE": lambda mailbox, number, _: mailbox.remove(number),
    "MOVE": _moved,
}

handler = PolledConnector(
    type="io.camunda:connector-email-inbound:1",
    name="E-mail Polling",
    properties=Listened.read,
    source=lambda listened: listened.source,
    function=message,
    look=look,
    interval_ms=lambda listened: listened.interval_ms,
    at_once=LOOKS_AT_ONCE,
    feel=FEEL,
    template=ElementTemplate(
        "io.serverless-connectors.email-polling.v1",
        version=1,
        elements=EVENTS,
        groups=GROUPS,
        properties=PROPERTIES,
        keywords=("e-mail", "mail", "IMAP", "inbox", "receive"),
        result_expression="{mail: plainTextBody}",
    ),
)
