"""A mailbox with folders (IMAP, RFC 3501), and one session on it."""

from __future__ import annotations

import imaplib
import logging
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from connector_sdk.errors import ConnectorError
from connector_sdk.mail.content import Mail, mail
from connector_sdk.mail.server import Dial, Encryption, Login, Server, checked, errors, refused_login, said
from connector_sdk.wire.addresses import Network

NOT_FOUND = "EMAIL_NOT_FOUND"
INBOX = "INBOX"
HEADERS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM SUBJECT DATE)]"
WHOLE = "BODY.PEEK[]"
PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
"""Response codes of a refusal that another password would not cure (RFC 5530)."""
_LOG = logging.getLogger(__name__)
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_SEPARATOR = re.compile(rb'\([^)]*\) (?:"((?:\\.|[^"\\]))"|NIL) ')
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_PLAIN = re.compile(r"[^\x20-\x7e]+|&")


class Refused(imaplib.IMAP4.error):
    """The server said no to one command; the session goes on."""


class _Client(imaplib.IMAP4):
    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        super().__init__(dial.server.host, dial.server.port)

    def _create_socket(self, timeout: float | None) -> Any:
        return self._dial(encrypted=self._dial.server.encryption is not Encryption.NONE)


@contextmanager
def logged_in(server: Server, login: Login, allowed: Iterable[Network]) -> Iterator[Mailbox]:
    """A session on a mailbox. Raises ConnectorError, DeniedAddress."""
    with errors(server, imaplib.IMAP4.error, imaplib.IMAP4.abort):
        client = _Client(Dial(server, allowed))
        try:
            _log_in(client, server, login)
            yield Mailbox(client)
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                client.logout()
            with suppress(OSError):
                client.shutdown()


def _log_in(client: imaplib.IMAP4, server: Server, login: Login) -> None:
    try:
        if "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _: "\0".join(("", *login)).encode())
        else:
            user, password = checked(login)
            client.login(_quoted(user), password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        passing = any(code in said(error).upper() for code in PASSING)
        raise refused_login(server, error, passing=passing) from error


class Mailbox:
    """The folders of one session. Mails are named by their UID in the folder that is open."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client
        self.count = 0
        """Of the mails in the folder that is open."""
        self.validity = ""
        """What the UIDs of the open folder are valid with: it changes if the server numbers its mails anew."""

    def open(self, folder: str | None, *, changing: bool = False) -> None:
        """Open a folder; None or empty: INBOX. Raises ConnectorError if it is not there."""
        status, counts = self._client.select(self._path(folder), readonly=not changing)
        if status != "OK":
            raise ConnectorError(NOT_FOUND, f"Folder {folder} does not exist")
        self.count = int(counts[0] or b"0")
        _, found = self._client.response("UIDVALIDITY")
        self.validity = found[0].decode() if found and found[0] else ""

    def found(self, *criteria: str) -> Sequence[int]:
        """The mails that meet the criteria, each a word of SEARCH."""
        answer = self._done(self._client.uid("SEARCH", *criteria))
        return [int(number) for number in (answer[0] or b"").split()]

    def holding(self, value: str, *field: str) -> Sequence[int]:
        """The mails with a text in a field. It goes as a literal: any character may be in it, nothing is quoted."""
        setattr(self._client, "literal", value.encode())  # noqa: B010 - typeshed takes it for a text
        return self.found("CHARSET", "UTF-8", *field)

    def fetched(self, numbers: str, what: str) -> Iterator[Mail]:
        """The mails of a set of UIDs, or HEADERS of them; those that are gone meanwhile are left out."""
        for part in self._done(self._client.uid("FETCH", numbers, f"(RFC822.SIZE INTERNALDATE {what})")):
            if isinstance(part, tuple):
                size, date = _SIZE.search(part[0]), _DATE.search(part[0])
                received = datetime.strptime(date[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if date else None
                yield mail(part[1], int(size[1]) if size else len(part[1]), received and received.astimezone(UTC))

    def see(self, number: int, *, seen: bool = True) -> None:
        """Mark a mail as read, or as unread."""
        self._done(self._client.uid("STORE", str(number), f"{'+' if seen else '-'}FLAGS.SILENT", r"(\Seen)"))

    def remove(self, number: int) -> None:
        """Delete a mail for good; it stays marked where the server would delete what others have marked as well."""
        self._done(self._client.uid("STORE", str(number), "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in self._client.capabilities:
            self._done(self._client.uid("EXPUNGE", str(number)))
        elif self.found("DELETED") == [number]:
            self._done(self._client.expunge())
        else:
            _LOG.warning(
                "a mail stays marked as deleted: without UIDPLUS the server would delete what others have marked"
            )

    def move(self, number: int, folder: str | None) -> None:
        """Move a mail to a folder, which is made if it is not there."""
        target = self._path(folder)
        self._client.create(target)  # NO if it is there
        if "MOVE" in self._client.capabilities:
            self._done(self._client.uid("MOVE", str(number), target))
        else:
            self._done(self._client.uid("COPY", str(number), target))
            self.remove(number)

    def _path(self, folder: str | None) -> str:
        """The folder in the server's own spelling: levels are given with `.` or `/` between them."""
        if not folder or folder.upper() == INBOX:
            return INBOX
        _, answer = self._client.list('""', '""')
        found = _SEPARATOR.match(answer[0]) if answer and isinstance(answer[0], bytes) else None
        separator = found[1].decode()[-1] if found and found[1] else "/"
        return _quoted(_mailbox_name(separator.join(re.split(r"[./]", folder))))

    @staticmethod
    def _done(answer: tuple[str, Any]) -> Any:
        status, content = answer
        if status != "OK":
            raise Refused(content[0] if content else status)
        return content


def _mailbox_name(name: str) -> str:
    """In the modified UTF-7 of IMAP (RFC 3501, section 5.1.3)."""
    return _PLAIN.sub(lambda found: "&" + ("" if found[0] == "&" else _shifted(found[0])) + "-", name)


def _shifted(text: str) -> str:
    return b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def _quoted(text: str) -> str:
    """As a string of IMAP."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
