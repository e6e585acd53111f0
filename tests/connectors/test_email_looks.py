"""Single looks into a mailbox on Dovecot: what each begins with, and what is left for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_sdk.mail.server import Encryption, Server
from connector_sdk.settings import Settings
from devkit.testing.dovecot import RunningDovecot
from functions.inbound.email_polling import app
from functions.inbound.email_polling.model import Listened
from tests.connectors.deployed import OPEN
from tests.connectors.mailboxes import MailboxOf, mail

SETTINGS = Settings.read(OPEN)


def of(box: MailboxOf) -> Listened:
    server = Server("127.0.0.1", box.store.imap, Encryption.NONE)
    return Listened(server, (box.user, box.store.password), "INBOX", 1000, True, "READ", "")


def test_mails_without_an_id_are_named_alike_in_one_look_and_in_the_next(store: RunningDovecot) -> None:
    box = MailboxOf.new(store)
    names: list[str] = []
    nameless = mail("m")
    del nameless["Message-ID"]
    box.put(nameless, nameless)

    def taken(_: str, record: Mapping[str, Any]) -> bool:
        names.append(record["id"])
        return False

    for _ in range(2):
        app.look(of(box), SETTINGS, taken)

    validities, numbers = zip(*(name.split("/") for name in names), strict=True)
    assert numbers == ("1", "2", "1", "2")
    assert len(set(validities)) == 1
    assert validities[0].isdigit()
