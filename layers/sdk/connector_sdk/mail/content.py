"""What a mail holds: its headers, its text, its attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

_FOLD = re.compile(r"\r?\n(?=[ \t])")
MAX_MAIL_BYTES = 40_000_000
"""Larger mails are not fetched: most servers take none, and a mail is held whole, several times over."""
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
"""For a mail that does not say when."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, or its headers only, and what the server knows about it."""

    message: EmailMessage
    size: int
    received: datetime | None = None

    @property
    def message_id(self) -> str | None:
        return self._header("Message-ID")

    @property
    def subject(self) -> str | None:
        return self._header("Subject")

    @property
    def sender(self) -> str | None:
        """The first address of From, without a name."""
        found = getaddresses([self._header("From") or ""])
        return found[0][1] if found and found[0][1] else None

    @property
    def sent(self) -> datetime:
        try:
            found = parsedate_to_datetime(self._header("Date") or "")
        except ValueError:
            return LONG_AGO
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)

    def has_id(self, wanted: str) -> bool:
        """Whether the text is in its id, as IMAP compares them."""
        return wanted.strip().lower() in (self.message_id or "").lower()

    def texts(self) -> dict[str, str]:
        """The last text of each type (text/plain, text/html) that is no attachment."""
        found = {}
        for part in self.message.walk():
            if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
                found[part.get_content_type()] = _text(part)
        return found

    def attachments(self) -> Iterator[tuple[bytes, str, str | None]]:
        """Content, type and file name of each."""
        for part in self.message.walk():
            if part.get_content_disposition() == "attachment":
                name = part.get_filename()
                yield _bytes(part), part.get_content_type(), None if name is None else _unicode(name)

    def _header(self, name: str) -> str | None:
        value = self.message.get(name)
        return None if value is None else _unicode(str(value)).strip()


def mail(content: bytes, size: int, received: datetime | None = None) -> Mail:
    """Read a mail, or its headers."""
    lenient: Any = _Lenient()
    return Mail(message_from_bytes(content, policy=lenient), size, received)


def listed(found: Mail) -> dict[str, Any]:
    """A row of a list."""
    return {
        "messageId": found.message_id,
        "fromAddress": found.sender,
        "subject": found.subject,
        "size": found.size,
    }


def searched(found: Mail) -> dict[str, Any]:
    """A row of what was searched."""
    return {"messageId": found.message_id, "subject": found.subject}


def read(found: Mail, attachments: Sequence[Any]) -> dict[str, Any]:
    """The whole mail; `attachments` are the documents of its own."""
    texts = found.texts()
    received = found.received and found.received.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        **listed(found),
        "headers": [
            {"key": key, "value": _unicode(_FOLD.sub("", str(value)))} for key, value in found.message.raw_items()
        ],
        "plainTextBody": texts.get("text/plain"),
        "htmlBody": texts.get("text/html"),
        "attachments": list(attachments),
        "receivedDateTime": received,
        "errors": [],
    }


class _Lenient(EmailPolicy):
    """Headers that the standard library's parsers trip over (`Message-ID: <>`) are read as they are."""

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        try:
            return super().header_fetch_parse(name, value)
        except Exception:
            return str(value)


def _unicode(text: str) -> str:
    """Bytes that are no ASCII, which a header may not have and some do, are read as UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _text(part: Any) -> str:
    """Read as its charset says; one that nobody knows is read as UTF-8."""
    content = part.get_payload(decode=True) or b""
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    return str(text)


def _bytes(part: Any) -> bytes:
    if part.is_multipart():  # a mail in the mail
        return b"".join(inner.as_bytes() for inner in part.iter_parts())
    content: bytes = part.get_payload(decode=True) or b""
    return content
