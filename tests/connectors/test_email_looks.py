"""Single looks into a mailbox on Dovecot: what each begins with, and what is left for the next one."""

from __future__ import annotations

import imaplib
import json
import re
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.errors import ConnectorError
from connector_sdk.inbound.taking import MessageEvent
from connector_sdk.mail.content import MAX_MAIL_BYTES
from connector_sdk.mail.content import mail as parsed
from connector_sdk.mail.imap import Mailbox, Refused
from connector_sdk.mail.server import Encryption, Server
from connector_sdk.settings import Settings
from devkit.testing.dovecot import RunningDovecot
from functions.inbound.email_polling import app
from functions.inbound.email_polling.app import LOOK_SECONDS
from functions.inbound.email_polling.model import Listened
from tests.connectors.deployed import OPEN
from tests.connectors.mailboxes import MailboxOf, mail
from tests.inbound.host import NOW, catch_event

SETTINGS = Settings.read(OPEN)

LISTENED = Listened(Server("h", 1, Encryption.NONE), ("u", "p"), "INBOX", 1000, True, "READ", "")


def of(box: MailboxOf) -> Listened:
    server = Server("127.0.0.1", box.store.imap, Encryption.NONE)
    return Listened(server, (box.user, box.store.password), "INBOX", 1000, True, "READ", "")


def test_mails_without_an_id_are_named_alike_in_one_look_and_in_the_next(store: RunningDovecot) -> None:
    box = MailboxOf.new(store)
    names: list[str] = []
    nameless = mail("m")
    del nameless["Message-ID"]
    box.put(nameless, nameless)

    def taken(record: Mapping[str, Any]) -> bool:
        names.append(record["id"])
        return False

    for _ in range(2):
        app.look(of(box), SETTINGS, taken)

    validities, numbers = zip(*(name.split("/") for name in names), strict=True)
    assert numbers == ("1", "2", "1", "2")
    assert len(set(validities)) == 1
    assert validities[0].isdigit()


def looked(
    listened: Listened, *, wanted: Callable[[str], bool] = lambda _: False, lasts_seconds: float = 0
) -> list[str]:
    """The subjects that one look takes in, each of which takes so long."""
    clock, seen = ControlledClock(NOW), list[str]()

    def taken(record: Mapping[str, Any]) -> bool:
        seen.append(record["mail"].subject)
        clock.advance(int(lasts_seconds * 1000))
        return wanted(seen[-1])

    app.look(listened, SETTINGS, taken, clock)
    return seen


def test_mails_that_nobody_wants_never_keep_a_look_from_the_newer_ones(store: RunningDovecot) -> None:
    box = MailboxOf.new(store)
    box.put(*(mail(f"m-{number}") for number in range(5)))
    half = LOOK_SECONDS / 2

    looks = [looked(of(box), lasts_seconds=half) for _ in range(4)]

    assert looks == [["m-0", "m-1"], ["m-2", "m-3"], ["m-4", "m-0"], ["m-1", "m-2"]]


def test_a_look_that_has_seen_all_is_followed_by_one_from_the_oldest_on(store: RunningDovecot) -> None:
    box = MailboxOf.new(store)
    box.put(mail("m-0"), mail("m-1"))

    assert [looked(of(box), lasts_seconds=LOOK_SECONDS - 1) for _ in range(2)] == [["m-0", "m-1"]] * 2


@pytest.mark.parametrize("unseen", [True, False])
def test_a_mail_that_cannot_be_moved_stops_no_other_and_is_tried_again(
    store: RunningDovecot, monkeypatch: pytest.MonkeyPatch, unseen: bool
) -> None:
    box = MailboxOf.new(store)
    box.put(mail("m-0"), mail("m-1"))
    listened = replace(of(box), unseen=unseen, handling="MOVE", target="Done")

    with monkeypatch.context() as full:
        full.setattr(Mailbox, "move", refusing(Mailbox.move, 1))
        with pytest.raises(ConnectorError, match=r"127\.0\.0\.1:\d+: \[OVERQUOTA\] no room"):
            looked(listened, wanted=lambda _: True)
    assert (box.flags(), box.flags("Done")) == ({"m-0": not unseen}, {"m-1": True})

    assert looked(listened, wanted=lambda _: True) == ["m-0"]
    assert (box.flags(), box.flags("Done")) == ({}, {"m-0": True, "m-1": True})


def refusing(move: Callable[[Mailbox, int, str | None], None], refused: int) -> Callable[..., None]:
    """The server has no room for one mail."""

    def full(mailbox: Mailbox, number: int, folder: str | None) -> None:
        if number == refused:
            raise Refused("[OVERQUOTA] no room")
        move(mailbox, number, folder)

    return full


@pytest.mark.parametrize(("marked", "left"), [((), {"m-1"}), (("m-1",), {"m-0", "m-1"})])
def test_deleting_takes_no_other_mail_along_where_the_server_can_only_delete_all_that_are_marked(
    store: RunningDovecot, monkeypatch: pytest.MonkeyPatch, marked: tuple[str, ...], left: set[str]
) -> None:
    monkeypatch.setattr(imaplib.IMAP4, "_get_capabilities", without_uidplus)
    box = MailboxOf.new(store)
    box.put(mail("m-0"), mail("m-1"))
    box.delete_later(*marked)

    looked(replace(of(box), handling="DELETE"), wanted=lambda subject: subject == "m-0")

    assert set(box.flags()) == left
    assert looked(of(box)) == sorted(left - {"m-0", *marked})


def without_uidplus(client: imaplib.IMAP4) -> None:
    """As an old server."""
    client.capabilities = ("IMAP4REV1", "AUTH=PLAIN")


def test_the_function_holds_the_largest_mails_that_it_looks_at_side_by_side() -> None:
    sent = mail("m", large=bytes(4_000_000)).as_bytes()
    tracemalloc.start()
    received = bytes(bytearray(sent))
    message = app.message({"mail": parsed(received, len(received)), "id": "1"}, LISTENED)
    event = MessageEvent(message, "imap:", catch_event({}), NOW)
    assert json.dumps(event.delivery(None).payload).encode()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    [megabytes] = re.findall(r"MemorySize: (\d+)", (Path(app.__file__).parent / "function.yaml").read_text("utf-8"))
    assert app.handler.at_once * MAX_MAIL_BYTES * peak / len(sent) < int(megabytes) * 1_000_000
