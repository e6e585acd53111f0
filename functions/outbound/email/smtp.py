"""Sending a mail."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, make_msgid
from typing import Any

from connector_sdk.errors import ConnectorError, ConnectorInputError
from functions.outbound.email.actions import ContentType, SmtpAction

FIRST_REFUSAL = 400
NOT_SENT = ("bcc", "content-length", "subject")
"""Headers that are not for the recipients, or have an input of their own."""
_HEADER_NAME = re.compile(r"[!-9;-~]+")


def sent(client: smtplib.SMTP, action: SmtpAction, now: datetime) -> dict[str, Any]:
    """Send to all recipients or, if the server refuses one of them, to none. Raises ConnectorError."""
    recipients = [address for one in (action.to, action.cc, action.bcc) for address in addresses(one)]
    if not recipients:
        raise ConnectorInputError("There is nobody to send to: to, cc and bcc are empty")
    [sender] = addresses(action.from_)[:1]
    message = _message(action, sender, now)
    content = message.as_bytes()
    client.ehlo_or_helo_if_needed()
    options = [f"SIZE={len(content)}"] if client.has_extn("size") else []
    if not all(one.isascii() for one in (sender, *recipients)):
        options += ["SMTPUTF8", "BODY=8BITMIME"]
        if not client.has_extn("smtputf8"):
            raise ConnectorInputError("The server takes addresses with ASCII characters only")
    _check(*client.mail(sender, options), f"from {sender}")
    for recipient in recipients:
        _check(*client.rcpt(recipient), f"to {recipient}")
    _check(*client.data(content), "this message")
    return {"subject": action.subject, "sent": True, "messageId": str(message["Message-ID"])}


def addresses(given: Any) -> Sequence[str]:
    """The addresses in a text with commas between them, or in a list. Raises ConnectorInputError."""
    if given is None or given == "":
        return []
    if isinstance(given, list):
        given = ",".join(map(str, given))
    if not isinstance(given, str):
        raise ConnectorInputError("Addresses are a text or a list of texts")
    found = [address for _, address in getaddresses([given])]
    if not all("@" in one and not any(character.isspace() for character in one) for one in found):
        raise ConnectorInputError(f"There is something that is no e-mail address in {given!r}")
    return found


def _message(action: SmtpAction, sender: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = action.from_
        for name, given in (("To", action.to), ("Cc", action.cc)):
            if addresses(given):
                message[name] = given if isinstance(given, str) else ", ".join(map(str, given))
        message["Subject"] = action.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        for name, value in (action.headers or {}).items():
            if not _HEADER_NAME.fullmatch(name):
                raise ConnectorInputError(f"{name!r} is no name of a header")
            if name.lower() not in NOT_SENT:
                del message[name]
                message[name] = value or ""
        _fill(message, action)
    except (ValueError, MessageError) as error:
        raise ConnectorInputError(f"The mail cannot be written: {error}") from error
    return message


def _fill(message: EmailMessage, action: SmtpAction) -> None:
    if action.content_type is ContentType.HTML:
        message.set_content(action.html_body or "", subtype="html")
    else:
        message.set_content(action.body or "")
    if action.content_type is ContentType.MULTIPART:
        message.add_alternative(action.html_body or "", subtype="html")
    for document in action.attachments or ():
        main, _, sub = document.media_type.partition(";")[0].strip().partition("/")
        name = document.name or "attachment"
        message.add_attachment(document.content, maintype=main, subtype=sub or "octet-stream", filename=name)


def _check(code: int, said: bytes, what: str) -> None:
    if code >= FIRST_REFUSAL:
        raise ConnectorError(str(code), f"the server takes no mail {what}: {code} {said.decode('utf-8', 'replace')}")
