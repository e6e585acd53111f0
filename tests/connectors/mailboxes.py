"""Mailboxes on Dovecot that tests put mails into and look at, as a person with a mail client does."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from uuid import uuid4

from devkit.testing.dovecot import RunningDovecot


def mail(name: str, **more: Any) -> EmailMessage:
    """A mail whose subject and text are its name, and whose Message-ID is of it."""
    found = EmailMessage(policy=SMTP)
    found["From"] = "Jürg <juerg@example.com>"
    found["Subject"] = name
    found["Message-ID"] = f"<{name}@example.com>"
    found.set_content(f"{name}\n")
    for file, content in more.items():
        found.add_attachment(content, maintype="text", subtype="csv", filename=f"{file}.csv")
    return found


@dataclass(frozen=True, slots=True)
class MailboxOf:
    """The mailbox of a new user."""

    store: RunningDovecot
    user: str

    @classmethod
    def new(cls, store: RunningDovecot) -> MailboxOf:
        return cls(store, f"u-{uuid4().hex[:10]}")

    def put(self, *mails: EmailMessage | bytes, folder: str = "INBOX") -> None:
        """Mails arrive."""
        with self._open() as client:
            client.create(folder)
            for one in mails:
                client.append(folder, "", "", one if isinstance(one, bytes) else one.as_bytes())

    def flags(self, folder: str = "INBOX") -> Mapping[str, bool]:
        """For each subject in a folder whether its mail has been read."""
        with self._open() as client:
            status, [count] = client.select(folder, readonly=True)
            if status != "OK" or count == b"0":
                return {}
            found = client.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        parts = [part for part in found if isinstance(part, tuple)]
        return {part[1].decode().split(":", 1)[1].strip(): b"\\Seen" in part[0] for part in parts}

    def delete_later(self, *subjects: str) -> None:
        """Somebody marks mails as deleted."""
        with self._open() as client:
            client.select("INBOX")
            for subject in subjects:
                for number in client.search(None, "SUBJECT", subject)[1][0].split():
                    client.store(number, "+FLAGS", r"(\Deleted)")

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.store.imap, timeout=10) as client:
            client.login(self.user, self.store.password)
            yield client
