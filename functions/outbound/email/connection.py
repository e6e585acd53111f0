"""Sessions for sending (SMTP) and on a mailbox without folders (POP3)."""

from __future__ import annotations

import poplib
import smtplib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from connector_sdk.errors import ConnectorError
from connector_sdk.mail.server import (
    HANDSHAKE,
    WAIT_SECONDS,
    Dial,
    Encryption,
    Login,
    MailSocket,
    Server,
    checked,
    errors,
    refused_login,
    said,
)
from connector_sdk.wire.addresses import Network

OURSELVES = "[127.0.0.1]"
"""What a server is told about our name: a function has none, and to look for one takes time."""
LOGGED_IN = 235
FOR_GOOD = 500
"""Replies from here on are final (RFC 5321, section 4.2.1): a login that is refused with less may work later."""
PASSING = ("[SYS/TEMP]", "[IN-USE]", "[LOGIN-DELAY]")
"""Response codes of a refusal that another password would not cure (RFC 3206, RFC 2449)."""


class _Smtp(smtplib.SMTP):
    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        super().__init__(dial.server.host, dial.server.port, OURSELVES, timeout=WAIT_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float | None) -> Any:
        return self._dial(encrypted=self._dial.server.encryption is Encryption.SSL)


class _Pop3(poplib.POP3):
    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        try:
            super().__init__(dial.server.host, dial.server.port, timeout=WAIT_SECONDS)
        except Exception:
            if hasattr(self, "file"):
                self.close()  # poplib does not, where there is no greeting
            raise

    def _create_socket(self, timeout: float | None) -> Any:
        return self._dial(encrypted=self._dial.server.encryption is not Encryption.NONE)


class _StartTls:
    """What smtplib takes for an SSL context: it secures a socket of ours, and leaves its limits in place."""

    def wrap_socket(self, connected: MailSocket, server_hostname: str) -> MailSocket:
        return connected.encrypted(server_hostname)


@contextmanager
def smtp(server: Server, login: Login | None, allowed: Iterable[Network]) -> Iterator[smtplib.SMTP]:
    """A session for sending. With TLS a server that offers no STARTTLS is left before the password is sent."""
    with (
        errors(server, smtplib.SMTPException, smtplib.SMTPServerDisconnected),
        _replies(server),
        _Smtp(Dial(server, allowed)) as client,
    ):
        if server.encryption is Encryption.TLS:
            client.ehlo()
            if not client.has_extn("starttls"):
                raise ConnectorError(HANDSHAKE, f"{server} offers no STARTTLS; NONE would send all in clear")
            secured: Any = _StartTls()
            client.starttls(context=secured)
        if login is not None:
            _log_in(client, *login)
        yield client


def _log_in(client: smtplib.SMTP, user: str, password: str) -> None:
    """With PLAIN if the server knows it: smtplib's own login takes ASCII only."""
    client.ehlo_or_helo_if_needed()
    if "PLAIN" not in client.esmtp_features.get("auth", "").upper().split():
        client.login(user, password)
        return
    proof = b64encode("\0".join(("", user, password)).encode()).decode()
    code, words = client.docmd("AUTH", f"PLAIN {proof}")
    if code != LOGGED_IN:
        raise smtplib.SMTPAuthenticationError(code, words)


@contextmanager
def _replies(server: Server) -> Iterator[None]:
    """Refusals with a code of SMTP's own."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise refused_login(server, error, passing=error.smtp_code < FOR_GOOD) from error
    except smtplib.SMTPResponseException as error:
        raise ConnectorError(str(error.smtp_code), f"{server} said {error.smtp_code} {said(error)}") from error


@contextmanager
def pop3(server: Server, login: Login, allowed: Iterable[Network]) -> Iterator[poplib.POP3]:
    """A session on a mailbox; what is deleted in it is gone when it ends well."""
    with errors(server, poplib.error_proto):
        client = _Pop3(Dial(server, allowed))
        try:
            client.encoding = "utf-8"
            user, password = checked(login)
            try:
                client.user(user)
                client.pass_(password)
            except poplib.error_proto as error:
                passing = any(code in said(error).upper() for code in PASSING)
                raise refused_login(server, error, passing=passing) from error
            yield client
            client.quit()
        finally:
            client.close()
