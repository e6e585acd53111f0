"""E-mail polling: every official inbound template on Dovecot, and what happens when something goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector_sdk.clock import SystemClock
from connector_sdk.inbound.looks import deployed_looks
from connector_sdk.mail.content import mail as parsed
from connector_sdk.mail.server import Encryption, Server
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from devkit.testing.certificate import Certificate
from devkit.testing.dovecot import RunningDovecot, dovecot
from devkit.testing.official import OfficialBench
from functions.inbound.email_polling import app
from functions.inbound.email_polling.model import Listened
from tests.connectors.conftest import or_skip
from tests.connectors.deployed import OPEN, lambda_settings
from tests.connectors.mailboxes import MailboxOf, mail
from tests.connectors.subscribed import Host, host, modelled, new_name, until

TEMPLATES = {
    "message start": "io.camunda.connectors.inbound.EmailMessageStart.v1",
    "event sub-process": "io.camunda.connectors.inbound.EmailMessageStart.v1",
    "intermediate": "io.camunda.connectors.inbound.EmailIntermediate.v1",
    "receive": "io.camunda.connectors.inbound.EmailReceive.v1",
    "boundary": "io.camunda.connectors.inbound.EmailBoundary.v1",
}
KINDS = [
    kind if kind in ("message start", "boundary") else pytest.param(kind, marks=pytest.mark.wide) for kind in TEMPLATES
]
START = "message start"
LISTENED = Listened(Server("h", 1, Encryption.NONE), ("u", "p"), "INBOX", 1000, True, "READ", "")
ALL, UNSEEN = "allPollingConfig", "unseenPollingConfig"


@pytest.fixture
def at(store: RunningDovecot) -> Iterator[Host]:
    with host(Settings.read(OPEN), {"PASSWORD": store.password}) as going:
        yield going


@pytest.fixture
def box(store: RunningDovecot) -> MailboxOf:
    return MailboxOf.new(store)


def of_mailbox(box: MailboxOf, **more: str | bool) -> dict[str, str | bool]:
    return {
        "authentication.username": box.user,
        "authentication.password": "{{secrets.PASSWORD}}",
        "data.imapConfig.imapHost": "127.0.0.1",
        "data.imapConfig.imapPort": str(box.store.imap),
        "data.imapConfig.imapCryptographicProtocol": "NONE",
        "data.pollingWaitTime": "PT1S",
        **more,
    }


def started_by(bench: OfficialBench, at: Host, values: dict[str, str | bool]) -> str:
    """A process that a mail starts."""
    process = new_name()
    at.deploy(process, modelled(bench.modeler, TEMPLATES[START], START, process, "subject", values))
    return process


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_does_what_the_element_of_an_official_template_is_for(
    bench: OfficialBench, box: MailboxOf, at: Host, kind: str
) -> None:
    process = new_name()
    at.deploy(process, modelled(bench.modeler, TEMPLATES[kind], kind, process, "subject", of_mailbox(box)))
    if kind != START:
        at.wait_for(process, "m-1")

    box.put(mail("m-1"))

    assert at.collected(process, 1) == ["m-1"]
    until(lambda: box.flags() == {"m-1": True})


HANDLED = [
    pytest.param(UNSEEN, "DELETE", {}, {}, marks=pytest.mark.wide),
    (UNSEEN, "MOVE", {}, {"m-1": True}),
    (ALL, "DELETE", {}, {}),
    pytest.param(ALL, "MOVE", {}, {"m-1": True}, marks=pytest.mark.wide),
]


@pytest.mark.parametrize(("mails", "handling", "left", "moved"), HANDLED, ids=str)
def test_what_the_model_says_becomes_of_a_mail_that_its_process_has(
    bench: OfficialBench,
    box: MailboxOf,
    at: Host,
    mails: str,
    handling: str,
    left: dict[str, bool],
    moved: dict[str, bool],
) -> None:
    short = mails.removesuffix("PollingConfig")
    target = {f"{short}TargetFolder": "Archive.Done"} if handling == "MOVE" else {}
    chosen = {"data.pollingConfigDiscriminator": mails, f"data.pollingConfig.{short}HandlingStrategy": handling}
    process = started_by(bench, at, of_mailbox(box, **chosen, **target))

    box.put(mail("m-1"))

    assert at.collected(process, 1) == ["m-1"]
    until(lambda: box.flags() == left and box.flags("Archive.Done") == moved)
    assert at.seen(process) == []


def test_expressions_see_the_mail_as_in_camundas_runtime(bench: OfficialBench, box: MailboxOf, at: Host) -> None:
    values = of_mailbox(
        box, **{"data.folderToListen": "Orders", "resultExpression": "={seen: get entries(get context({}))}"}
    )
    whole = ["messageId", "fromAddress", "subject", "size", "headers", "plainTextBody", "htmlBody", "attachments"]
    members = ", ".join(f"{name}: {name}" for name in [*whole, "receivedDateTime"])
    values = of_mailbox(box, **{"data.folderToListen": "Orders", "resultExpression": f"={{seen: {{{members}}}}}"})
    process = started_by(bench, at, values)
    sent = mail("m-1", invoice=b"a,b")

    box.put(sent, folder="Orders")

    [seen] = at.collected(process, 1)
    [attached] = seen.pop("attachments")
    received = seen.pop("receivedDateTime")
    headers = seen.pop("headers")
    assert seen == {
        "messageId": "<m-1@example.com>",
        "fromAddress": "juerg@example.com",
        "subject": "m-1",
        "size": len(sent.as_bytes()),
        "plainTextBody": "m-1\r\n",
        "htmlBody": None,
    }
    assert {"key": "Subject", "value": "m-1"} in headers
    assert datetime.fromisoformat(received).tzinfo is not None
    assert (attached["camunda.document.type"], attached["metadata"]["fileName"]) == ("camunda", "invoice.csv")
    assert at.engine.read_document(attached) == b"a,b"


def test_a_mail_that_no_element_can_use_stays_unread_and_stops_no_other(
    bench: OfficialBench, box: MailboxOf, at: Host
) -> None:
    # A context that is none: the result expression fails for the poison.
    poison = '=if subject = "poison" then "poison" else {seen: subject}'
    process = started_by(bench, at, of_mailbox(box, resultExpression=poison))

    box.put(mail("poison"), *(mail(f"m-{number}") for number in range(3)))

    assert at.collected(process, 3) == ["m-0", "m-1", "m-2"]
    until(lambda: box.flags() == {"poison": False, "m-0": True, "m-1": True, "m-2": True}, box.flags)
    assert at.states() == {State.PUBLISHED: 3, State.REFUSED: 1}
    assert at.seen(process) == []


def test_a_mail_that_nobody_wants_stays_unless_the_model_consumes_it(
    bench: OfficialBench, store: RunningDovecot, at: Host
) -> None:
    boxes = {consumes: MailboxOf.new(store) for consumes in (True, False)}
    processes = [
        started_by(bench, at, of_mailbox(box, activationCondition='=subject = "last"', consumeUnmatchedEvents=consumes))
        for consumes, box in boxes.items()
    ]

    for box in boxes.values():
        box.put(mail("other"), mail("last"))

    assert [at.collected(process, 1) for process in processes] == [["last"], ["last"]]
    until(lambda: boxes[True].flags() == {"other": True, "last": True})
    until(lambda: boxes[False].flags() == {"other": False, "last": True})
    assert at.states() == {State.PUBLISHED: 2}


def test_mails_that_came_while_the_engine_was_away_stay_unread_until_it_has_them_once_each(
    bench: OfficialBench, box: MailboxOf, at: Host
) -> None:
    process = started_by(bench, at, of_mailbox(box))
    names = [f"m-{number}" for number in range(12)]
    at.outage()

    box.put(*map(mail, names))
    until(lambda: at.states() == {State.PENDING: 12}, at.states)
    assert box.flags() == dict.fromkeys(names, False)
    at.back()
    at.redeliver()

    assert sorted(at.collected(process, 12)) == sorted(names)
    until(lambda: box.flags() == dict.fromkeys(names, True))
    assert at.seen(process) == []
    assert at.states() == {State.PUBLISHED: 12}


def test_a_mail_that_is_there_again_is_published_once(bench: OfficialBench, box: MailboxOf, at: Host) -> None:
    process = started_by(bench, at, of_mailbox(box))

    box.put(mail("m-1"), mail("m-1"))
    box.put(mail("m-1"), folder="Elsewhere")

    assert at.collected(process, 1) == ["m-1"]
    box.put(mail("m-1"), mail("m-2"))
    assert at.collected(process, 1) == ["m-2"]
    until(lambda: set(box.flags().values()) == {True})
    assert at.states() == {State.PUBLISHED: 2}


def test_mails_without_an_id_are_as_many_as_there_are(bench: OfficialBench, box: MailboxOf, at: Host) -> None:
    process = started_by(bench, at, of_mailbox(box))
    nameless, empty = mail("m-1"), mail("m-2").as_bytes().replace(b"<m-2@example.com>", b"<>")
    del nameless["Message-ID"]

    box.put(nameless, nameless, empty, empty)

    assert sorted(at.collected(process, 4)) == ["m-1", "m-1", "m-2", "m-2"]
    until(lambda: box.flags() == {"m-1": True, "m-2": True})
    assert at.seen(process) == []


def test_a_server_that_is_started_again_loses_and_doubles_nothing(
    bench: OfficialBench, certificate: Certificate
) -> None:
    with or_skip(dovecot(certificate)) as store, host(Settings.read(OPEN), {"PASSWORD": store.password}) as at:
        box = MailboxOf.new(store)
        process = started_by(bench, at, of_mailbox(box))
        box.put(*(mail(f"m-{number}") for number in range(6)))
        assert len(at.collected(process, 1)) >= 1
        store.program.stop()
        until(lambda: any("cannot be read" in str(told) for told in at.told), lambda: at.told)
        store.program.start()
        box.put(*(mail(f"m-{number}") for number in range(6, 12)))
        until(lambda: at.states() == {State.PUBLISHED: 12}, at.states)
        until(lambda: set(box.flags().values()) == {True})

        everybody = at.store.newest(limit=100)
    assert sorted(one.payload["subject"] for one in everybody) == sorted(f"m-{number}" for number in range(12))


def test_a_mail_of_more_than_the_limit_stays_and_one_of_just_the_limit_is_taken(
    bench: OfficialBench, box: MailboxOf, at: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    just, more = mail("just").as_bytes(), mail("more").as_bytes() + b"x"
    monkeypatch.setattr(app, "MAX_MAIL_BYTES", len(just))
    assert len(more) == len(just) + 1
    process = started_by(bench, at, of_mailbox(box))

    box.put(more, just)

    assert at.collected(process, 1) == ["just"]
    until(lambda: box.flags() == {"more": False, "just": True})


def test_runs_that_overlap_publish_a_mail_once(bench: OfficialBench, box: MailboxOf, at: Host, tmp_path: Path) -> None:
    process = new_name()
    values = of_mailbox(box, **{"authentication.password": box.store.password})
    xml = modelled(bench.modeler, TEMPLATES[START], START, process, "subject", values)
    settings = lambda_settings(at.engine, tmp_path, xml, process)
    names = [f"m-{number}" for number in range(8)]
    box.put(*map(mail, names))
    begin = begun_seconds_ago(57)

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(deployed_looks(app.handler, settings), {"time": begin}, None) for _ in range(3)]
        looks = [run.result()["looks"] for run in runs]

    assert min(looks) >= 1
    assert sorted(at.collected(process, 8)) == names
    assert at.seen(process) == []
    assert box.flags() == dict.fromkeys(names, True)


def begun_seconds_ago(seconds: int) -> str:
    """The time of a schedule's event: of its minute the rest is left."""
    return datetime.fromtimestamp(SystemClock().time_ms() / 1000 - seconds, UTC).isoformat()


@given(head=st.binary(max_size=200), body=st.binary(max_size=200))
@example(head=b"Message-ID: <>\r\nFrom: @\r\nDate: never", body=b"")
@example(head="Subject: für\r\nFrom: ü@x".encode("latin-1"), body=b"")
@example(head=b"Content-Type: text/plain; charset=none-such\r\nContent-Disposition: attachment", body=b"\xff")
@example(head=b"Content-Type: multipart/mixed; boundary=b\r\nContent-Disposition: attachment", body=b"--b\r\n\r\n")
@example(head=b"Content-Type: message/rfc822\r\nContent-Disposition: attachment", body=b"Subject: \xfc")
def test_whatever_a_mail_holds_it_can_be_read(head: bytes, body: bytes) -> None:
    content = head + b"\r\n\r\n" + body
    found = parsed(content, len(content))

    taken = app.message({"mail": found, "id": found.message_id or "1"}, LISTENED)

    assert json.dumps(taken.payload, ensure_ascii=False).encode()


def test_the_run_of_a_schedule_looks_as_often_as_the_model_says(
    bench: OfficialBench, box: MailboxOf, at: Host, tmp_path: Path
) -> None:
    process = new_name()
    values = of_mailbox(box, **{"authentication.password": box.store.password, "data.pollingWaitTime": "PT1M"})
    xml = modelled(bench.modeler, TEMPLATES[START], START, process, "subject", values)
    minute = deployed_looks(app.handler, lambda_settings(at.engine, tmp_path, xml, process))
    box.put(mail("m-1"))

    assert minute({"time": begun_seconds_ago(59)}, None) == {"looks": 1}
    assert at.collected(process, 1) == ["m-1"]
    assert box.flags() == {"m-1": True}
