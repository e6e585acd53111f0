"""Mail on this machine: Dovecot with mailboxes, and an SMTP server that keeps what it is sent."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from devkit.testing.certificate import Certificate
from devkit.testing.dovecot import RunningDovecot, dovecot
from devkit.testing.program import free_ports

HOST = "localhost"
"""The name in the certificate."""
USER, PASSWORD = "alice@example.com", "smtp-pw/ü"
MAX_BYTES = 200_000
REFUSED = "nobody@example.com"


@dataclass
class Kept:
    """One mail that came in."""

    sender: str
    recipients: list[str]
    message: Message
    login: bool
    encrypted: bool


@dataclass
class MailServers:
    """Ports by protocol and encryption, and what was sent."""

    smtp: dict[str, int]
    store: RunningDovecot
    sent: list[Kept] = field(default_factory=list)
    users: int = 0

    def mailbox(self, *folders: str) -> str:
        """A new user with three mails in each of the folders."""
        self.users += 1
        user = f"user{self.users}"
        with imaplib.IMAP4("127.0.0.1", self.store.imap, timeout=10) as client:
            client.login(user, self.store.password)
            for folder in folders:
                client.create(f'"{folder}"')
                for number, (sent, arrived) in enumerate(TIMES, 1):
                    client.append(f'"{folder}"', "", f'"{arrived}"', _mail(number, sent).as_bytes())
        return user

    def in_mailbox(self, user: str, folder: str = "INBOX") -> list[str]:
        """The subjects in a folder."""
        with imaplib.IMAP4("127.0.0.1", self.store.imap, timeout=10) as client:
            client.login(user, self.store.password)
            client.select(folder, readonly=True)
            found = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
            return [part[1].decode().split(":", 1)[1].strip() for part in found if isinstance(part, tuple)]


TIMES = [
    ("Tue, 03 Mar 2026 10:00:00 +0100", "01-Mar-2026 12:00:00 +0000"),
    ("Mon, 02 Mar 2026 10:00:00 +0100", "02-Mar-2026 12:00:00 +0000"),
    ("Wed, 04 Mar 2026 10:00:00 +0100", "03-Mar-2026 12:00:00 +0000"),
]
"""When each mail was sent, and when it arrived."""


def _mail(number: int, sent: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Jürg <sender{number}@example.com>"
    message["To"] = "alice@example.com"
    message["Subject"] = f"Order {number} für Zürich" if number == 1 else f"Order {number}"
    message["Date"] = sent
    message["Message-ID"] = f"<mail-{number}@example.com>"
    message.set_content(f"Body {number} grüezi" + "." * number * 1000)
    message.add_alternative(f"<p>Body {number}</p>", subtype="html")
    if number == 1:
        message.add_attachment(b"inside", maintype="text", subtype="csv", filename="a b.csv")
    return message


@contextmanager
def mail_servers(certificate: Certificate, folder: Path) -> Iterator[MailServers]:
    """Start them on free ports, stop them at the end. Raises PartMissing."""
    with ExitStack() as stack:
        servers = MailServers({}, stack.enter_context(dovecot(certificate)))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.write(folder, "smtp").both)
        plain, encrypted, without = free_ports(3)
        servers.smtp = {"TLS": plain, "NONE": plain, "SSL": encrypted, "clear": without}
        each: list[tuple[int, dict[str, Any]]] = [
            (plain, {"tls_context": context}),
            (encrypted, {"ssl_context": context}),
            (without, {}),
        ]
        for port, options in each:
            stack.enter_context(smtp_server(_Handler(servers, port == encrypted), port, **options))
        yield servers


@contextmanager
def smtp_server(handler: Any, port: int, **options: Any) -> Iterator[str]:
    """One server for sending, which knows USER and takes MAX_BYTES; its address, host:port."""
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=port,
        authenticator=_authenticated,
        auth_require_tls=False,
        data_size_limit=MAX_BYTES,
        **options,
    )
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


class _Handler:
    def __init__(self, servers: MailServers, encrypted: bool) -> None:
        self._servers, self._encrypted = servers, encrypted

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address == REFUSED:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=SMTP)
        encrypted = self._encrypted or session.ssl is not None
        kept = Kept(envelope.mail_from, envelope.rcpt_tos, message, bool(session.authenticated), encrypted)
        self._servers.sent.append(kept)
        return "250 OK"


def _authenticated(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)
