"""E-mail: every official template against Dovecot and a real SMTP server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.job import Job
from connector_sdk.mail.imap import Mailbox
from connector_sdk.outbound import Services
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import services_for
from devkit.testing.certificate import self_signed
from devkit.testing.official import OfficialBench, OfficialTask
from devkit.testing.parts import PartMissing
from functions.outbound.email import documents
from functions.outbound.email.app import handler
from tests.connectors.kept_documents import KeptDocuments
from tests.connectors.mail_servers import HOST, MAX_BYTES, PASSWORD, REFUSED, USER, MailServers, mail_servers
from tests.connectors.official import official
from tests.secrets.test_rotation import PLACEHOLDER, Rotating

TYPE = "io.camunda:email:1"
ARCHIVE = "Archive/Jürg & Co"
ARCHIVE_THERE = "Archive.J&APw-rg &- Co"
"""The same folder as Dovecot has it."""
INLINE = {"camunda.document.type": "inline", "content": "inside", "name": "a b.txt", "contentType": "text/plain"}
EXTERNAL = "data.smtpAction.data_smtpAction_attachments_single_external_url"
CRITERIA = {
    "operator": "OR",
    "criteria": [{"field": "SUBJECT", "value": "für zürich"}, {"field": "BODY", "value": "Body 3"}],
}
ROW_1 = {"messageId": "<mail-1@example.com>", "fromAddress": "sender1@example.com", "subject": "Order 1 für Zürich"}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServers]:
    folder: Path = tmp_path_factory.mktemp("mail")
    certificate = self_signed()
    trusted = folder / "trusted.pem"
    trusted.write_bytes(certificate.chain)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(trusted))
        try:
            with mail_servers(certificate, folder) as running:
                yield running
        except PartMissing as reason:
            pytest.skip(str(reason))


@pytest.fixture
def kept() -> KeptDocuments:
    return KeptDocuments()


@pytest.fixture
def services(servers: MailServers, kept: KeptDocuments) -> Services:
    secrets = {"SMTP_PASSWORD": PASSWORD, "PASSWORD": servers.store.password}
    return replace(services_for(secrets), documents=kept)


def port(servers: MailServers, protocol: str, encryption: object) -> int:
    if protocol == "smtp":
        return servers.smtp[str(encryption)]
    return int(getattr(servers.store, protocol if encryption == "NONE" else f"{protocol}s"))


def known(servers: MailServers, task: OfficialTask, user: str) -> dict[str, Any]:
    """What a person types."""
    protocol = str(task.chosen("protocol"))
    encryption = task.chosen(f"data.{protocol}Config.{protocol}CryptographicProtocol")
    sends = protocol == "smtp"
    attachments = {
        f"data.smtpAction.data_smtpAction_attachments_{name}": value
        for name, value in {
            "single_camundaReference": "=" + json.dumps(INLINE),
            "single_inline_content": "inside",
            "single_inline_fileName": "a b.txt",
            "single_inline_contentType": "text/plain",
            "single_external_fileName": "a b.txt",
            "multiple_expression": "=[" + json.dumps(INLINE) + "]",
        }.items()
    }
    return {
        "authentication.username": USER if sends else user,
        "authentication.password": "{{secrets.SMTP_PASSWORD}}" if sends else "{{secrets.PASSWORD}}",
        f"data.{protocol}Config.{protocol}Host": HOST,
        f"data.{protocol}Config.{protocol}Port": str(port(servers, protocol, encryption)),
        "data.smtpAction.from": "Orders <orders@example.com>",
        "data.smtpAction.to": "a@example.com, Bö <b@example.com>",
        "data.smtpAction.cc": "c@example.com",
        "data.smtpAction.bcc": '=["d@example.com", "e@example.com"]',
        "data.smtpAction.subject": "Order 7 für Jürg",
        "data.smtpAction.headers": {"X-Trace": "t-1"},
        "data.smtpAction.body": "grüezi",
        "data.smtpAction.htmlBody": "<p>grüezi</p>",
        "data.smtpAction.attachments": "=[" + json.dumps(INLINE) + "]",
        **attachments,
        **{f"data.{name}Action.maxToBeRead": 2 for name in ("imap", "pop3")},
        **{f"data.{name}Action.messageId": "<mail-1@example.com>" for name in ("imap", "pop3")},
        **{f"data.{name}Action.criteria": CRITERIA for name in ("imap", "pop3")},
        **{
            f"data.imapAction.{name}Folder": ARCHIVE
            for name in ("listEmails", "searchEmail", "readEmail", "deleteEmail")
        },
        "data.imapAction.fromFolder": "INBOX",
        "data.imapAction.toFolder": "Done.2026",
    }


def unusual(task: OfficialTask) -> int:
    """How many of the choices that have nothing to do with each other are not the usual ones.

    Each of them stands beside each operation of each version; two at once would be 2,124 tasks, that say no more.
    """
    protocol = str(task.chosen("protocol"))
    usual = {
        f"data.{protocol}Config.{protocol}CryptographicProtocol": "TLS",
        f"data.{protocol}Action.sortOrder": "ASC",
        f"data.{protocol}Action.sortField": "SENT_DATE",
        "authentication.type": "simple",
        "data.smtpAction.contentType": "MULTIPART",
        "data.smtpAction.data_smtpAction_attachments_documentMode": "multiple",
    }
    return sum(task.chosen(name) not in (None, value) for name, value in usual.items())


def is_rare(task: OfficialTask) -> bool:
    return unusual(task) > 0 or (task.chosen("protocol") != "smtp" and task.fill != "all")


@pytest.mark.parametrize("task", official(TYPE, rare=is_rare, left_out=lambda task: unusual(task) > 1))
def test_an_official_template_does_its_operation(
    task: OfficialTask, bench: OfficialBench, servers: MailServers, services: Services, httpserver: HTTPServer
) -> None:
    protocol = str(task.chosen("protocol"))
    httpserver.expect_request("/document").respond_with_data(b"inside")
    user = "" if protocol == "smtp" else servers.mailbox("INBOX", ARCHIVE_THERE)
    servers.sent.clear()
    values = {**known(servers, task, user), EXTERNAL: httpserver.url_for("/document")}
    here = task.shown(f"data.{protocol}Config.{protocol}Port")  # it has a default that is not ours
    task = replace(task, choices={**task.choices, here: values[f"data.{protocol}Config.{protocol}Port"]})
    ran = bench.run(bench.apply(task, values), handler, services)
    if protocol != "smtp" and task.chosen("authentication.type") == "noAuth":
        assert "has to be opened with a user name" in ran.outcome["body"]["errorMessage"]
        return

    assert (ran.outcome["command"], ran.state) == ("completion", "COMPLETED"), ran.outcome
    answer = json.loads(ran.variables["answer"]) if task.fill == "all" else None
    if protocol == "smtp":
        check_sent(task, servers, answer)
    else:
        check_mailbox(task, servers, user, answer)


def check_sent(task: OfficialTask, servers: MailServers, answer: Any) -> None:
    [mail] = servers.sent
    everybody = ["a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com"]
    assert mail.sender == "orders@example.com"
    assert mail.recipients == (everybody if task.fill == "all" else everybody[:2])
    assert mail.message["Subject"] == "Order 7 für Jürg"
    assert mail.message["Bcc"] is None
    assert mail.encrypted == (task.chosen("data.smtpConfig.smtpCryptographicProtocol") != "NONE")
    assert mail.login == (task.chosen("authentication.type") == "simple")
    if task.fill == "all":
        assert answer == {"subject": "Order 7 für Jürg", "sent": True, "messageId": mail.message["Message-ID"]}
        kinds = {part.get_content_type(): part for part in mail.message.walk() if not part.is_multipart()}
        chosen = task.chosen("data.smtpAction.contentType") or "PLAIN"
        text = "text/html" if chosen == "HTML" else "text/plain"
        assert "grüezi" in kinds[text].get_payload(decode=True).decode() or "a b.txt" in str(kinds[text])  # type: ignore[union-attr]
        assert ("text/html" in kinds) == (chosen != "PLAIN")


def check_mailbox(task: OfficialTask, servers: MailServers, user: str, answer: Any) -> None:
    protocol = str(task.chosen("protocol"))
    operation = str(task.chosen(f"data.{protocol}ActionDiscriminator"))
    full, imap = task.fill == "all", protocol == "imap"
    there = servers.in_mailbox(user, f'"{ARCHIVE_THERE}"' if full and imap else "INBOX")
    gone = operation.startswith("delete") or (operation.startswith("move"))
    if not operation.startswith("move"):
        assert len(there) == (2 if gone else 3)
    else:
        assert len(servers.in_mailbox(user)) == 2
        assert len(servers.in_mailbox(user, "Done.2026")) == 1
    if full:
        check_answer(task, operation.removesuffix("Imap").removesuffix("Pop3"), answer)


ORDERS = {"SENT_DATE": [2, 1, 3], "RECEIVED_DATE": [1, 2, 3], "SIZE": [1, 2, 3]}


def check_answer(task: OfficialTask, operation: str, answer: Any) -> None:
    match operation:
        case "listEmails":
            protocol = task.chosen("protocol")
            order = ORDERS[str(task.chosen(f"data.{protocol}Action.sortField"))]
            order = order[::-1] if task.chosen(f"data.{protocol}Action.sortOrder") == "DESC" else order
            assert [one["messageId"] for one in answer] == [f"<mail-{number}@example.com>" for number in order[:2]]
            assert all(one["size"] > 1000 for one in answer)
        case "searchEmails":
            assert [one["messageId"] for one in answer] == ["<mail-1@example.com>", "<mail-3@example.com>"]
        case "readEmail":
            assert answer.items() >= ROW_1.items()
            assert answer["plainTextBody"].startswith("Body 1 grüezi")
            assert answer["htmlBody"].strip() == "<p>Body 1</p>"
            assert answer["attachments"][0]["metadata"]["fileName"] == "a b.csv"
            assert {"key": "Message-ID", "value": "<mail-1@example.com>"} in answer["headers"]
        case "deleteEmail":
            assert answer == {"messageId": "<mail-1@example.com>", "deleted": True}
        case _:
            assert answer == {"messageId": "<mail-1@example.com>", "from": "INBOX", "to": "Done.2026"}


def run(services: Services, **variables: Any) -> Outcome:
    return handler.run(Job("1", TYPE, 3, {"resultVariable": "answer"}, variables), services)


def mailbox(servers: MailServers, user: str, operation: str, **action: Any) -> dict[str, Any]:
    """A task on a mailbox."""
    config = {"imapHost": HOST, "imapPort": servers.store.imaps, "imapCryptographicProtocol": "TLS"}
    return {
        "authentication": {"type": "simple", "username": user, "password": "{{secrets.PASSWORD}}"},
        "protocol": "imap",
        "data": {"imapConfig": config, "imapActionDiscriminator": operation, "imapAction": action},
    }


def sending(servers: MailServers, encryption: str = "TLS", **action: Any) -> dict[str, Any]:
    """A task that sends."""
    place = "TLS" if encryption == "TLS" else encryption
    config = {"smtpHost": HOST, "smtpPort": servers.smtp[place], "smtpCryptographicProtocol": "TLS"}
    mail = {"from": "o@example.com", "to": "a@example.com", "subject": "S", "body": "B", **action}
    return {
        "authentication": {"type": "simple", "username": USER, "password": "{{secrets.SMTP_PASSWORD}}"},
        "protocol": "smtp",
        "data": {"smtpConfig": config, "smtpActionDiscriminator": "sendEmailSmtp", "smtpAction": mail},
    }


def error(outcome: Outcome) -> tuple[Any, int]:
    assert isinstance(outcome, Fail)
    return outcome.variables["error"].get("code"), outcome.retries


def test_a_mailbox_wants_a_login(servers: MailServers, services: Services) -> None:
    task = {**mailbox(servers, "x", "listEmailsImap"), "authentication": {"type": "noAuth"}}
    assert error(run(services, **task)) == (None, 0)


def test_a_wrong_password_is_said_so_and_not_shown(servers: MailServers, services: Services) -> None:
    for task in (mailbox(servers, "x", "listEmailsImap"), sending(servers)):
        login = {"type": "simple", "username": "x", "password": "wr0ng-pw"}
        outcome = run(services, **{**task, "authentication": login})
        assert error(outcome) == ("AUTHENTICATION_FAILED", 2)
        assert "wr0ng-pw" not in json.dumps(outcome.body())


def test_a_server_that_refused_the_password_gets_the_new_one(servers: MailServers) -> None:
    user = servers.mailbox("INBOX")
    drop = {"pop3Host": HOST, "pop3Port": servers.store.pop3s, "pop3CryptographicProtocol": "TLS"}
    listed = {"pop3Config": drop, "pop3ActionDiscriminator": "listEmailsPop3"}
    imap = mailbox(servers, user, "listEmailsImap")
    tasks = [
        (imap, servers.store.password),
        ({**imap, "protocol": "pop3", "data": listed}, servers.store.password),
        (sending(servers), PASSWORD),
    ]
    for task, password in tasks:
        secrets = Rotating("0ld-pw", password)
        login = {**task["authentication"], "password": PLACEHOLDER}
        outcome = run(replace(services_for({}), secrets=secrets), **{**task, "authentication": login})
        assert isinstance(outcome, Complete), outcome
        assert secrets.times_outdated == 1


def test_a_mail_that_one_recipient_cannot_get_goes_to_nobody(servers: MailServers, services: Services) -> None:
    servers.sent.clear()
    outcome = run(services, **sending(servers, to=["a@example.com", REFUSED]))
    assert error(outcome) == ("550", 2)
    assert servers.sent == []


def test_a_server_without_starttls_never_sees_the_password(servers: MailServers, services: Services) -> None:
    assert error(run(services, **sending(servers, "clear"))) == ("SSL_HANDSHAKE_FAILED", 2)


def test_a_mail_may_be_too_large_for_the_server(servers: MailServers, services: Services) -> None:
    outcome = run(services, **sending(servers, body="x\n" * MAX_BYTES))
    assert error(outcome) == ("552", 2)


@pytest.mark.parametrize(
    "mail",
    [
        {"subject": "S\r\nBcc: x@example.com"},
        {"headers": {"X": "y\nBcc: x@example.com"}},
        {"headers": {"X: y\r\nBcc": "x@example.com"}},
        {"to": "a@example.com\r\nRCPT TO:<x@example.com>"},
    ],
)
def test_a_line_end_makes_no_header(servers: MailServers, services: Services, mail: dict[str, Any]) -> None:
    assert error(run(services, **sending(servers, **mail))) == (None, 0)


def test_what_is_not_there_has_a_code(servers: MailServers, services: Services) -> None:
    user = servers.mailbox("INBOX")
    assert error(run(services, **mailbox(servers, user, "readEmailImap", messageId="<no@x>"))) == ("EMAIL_NOT_FOUND", 2)
    task = mailbox(servers, user, "listEmailsImap", listEmailsFolder="None.Such")
    assert error(run(services, **task)) == ("EMAIL_NOT_FOUND", 2)


def test_all_criteria_of_and_have_to_be_met(servers: MailServers, services: Services) -> None:
    user = servers.mailbox("INBOX")
    both = [{"field": "SUBJECT", "value": "Order"}, {"field": "FROM", "value": "sender2@example.com"}]
    task = mailbox(servers, user, "searchEmailsImap", criteria={"operator": "AND", "criteria": both})
    assert run(services, **task) == Complete({"answer": [{"messageId": "<mail-2@example.com>", "subject": "Order 2"}]})


def test_an_attachment_becomes_a_document(servers: MailServers, services: Services, kept: KeptDocuments) -> None:
    user = servers.mailbox("INBOX")
    outcome = run(services, **mailbox(servers, user, "readEmailImap", messageId="mail-1@example.com"))
    assert isinstance(outcome, Complete)
    assert outcome.variables["answer"]["receivedDateTime"] == "2026-03-01T12:00:00Z"
    assert list(kept.contents.values()) == [b"inside"]


def test_a_credential_of_the_cluster_has_login_and_server(servers: MailServers, services: Services) -> None:
    user = servers.mailbox("INBOX")
    account = {"username": user, "password": "{{secrets.PASSWORD}}", "imapHost": HOST, "imapPort": servers.store.imaps}
    task = mailbox(servers, user, "listEmailsImap", maxToBeRead=1)
    shown = {"imapPort": 993, "imapCryptographicProtocol": "TLS"}
    task = {**task, "authentication": {"type": "simple"}, "data": {**task["data"], "imapConfig": shown}}
    outcome = run(services, **task, emailAccountConfiguration=account)
    assert isinstance(outcome, Complete)
    assert outcome.variables["answer"][0].items() >= ROW_1.items()


def test_a_mail_that_is_gone_by_the_time_it_is_read_is_not_found(
    servers: MailServers, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = servers.mailbox("INBOX")
    monkeypatch.setattr(Mailbox, "holding", lambda *_: [4711])
    assert error(run(services, **mailbox(servers, user, "readEmailImap", messageId="<m@x>"))) == ("EMAIL_NOT_FOUND", 2)


def test_a_mail_of_just_the_limit_is_read_and_one_of_more_is_refused(
    servers: MailServers, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = servers.mailbox("INBOX")
    imap, pop3 = mailbox(servers, user, "readEmailImap", **FIRST), maildrop(servers, user, "readEmailPop3", **FIRST)
    for read in (imap, pop3):
        monkeypatch.setattr(documents, "MAX_MAIL_BYTES", 10**6)
        outcome = run(services, **read)
        assert isinstance(outcome, Complete)
        size = outcome.variables["answer"]["size"]
        monkeypatch.setattr(documents, "MAX_MAIL_BYTES", size)
        assert isinstance(run(services, **read), Complete)
        monkeypatch.setattr(documents, "MAX_MAIL_BYTES", size - 1)
        assert refusal(run(services, **read)) == f"a mail has {size} bytes, and {size - 1} are read at most"
    assert " bytes, and " in refusal(run(services, **maildrop(servers, user, "searchEmailsPop3")))


FIRST = {"messageId": "mail-1@example.com"}


def refusal(outcome: Outcome) -> str:
    assert isinstance(outcome, Fail)
    return outcome.error_message


def maildrop(servers: MailServers, user: str, operation: str, **action: Any) -> dict[str, Any]:
    """A task on a mailbox without folders."""
    config = {"pop3Host": HOST, "pop3Port": servers.store.pop3s, "pop3CryptographicProtocol": "TLS"}
    data = {"pop3Config": config, "pop3ActionDiscriminator": operation, "pop3Action": action}
    return {**mailbox(servers, user, ""), "protocol": "pop3", "data": data}
