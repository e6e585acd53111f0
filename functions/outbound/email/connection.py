"""Connections to mail servers: checked addresses, verified certificates, limited waits, and errors with a code."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from connector_sdk.errors import ConnectorError, ConnectorInputError
from connector_sdk.http.tls import ssl_context
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import checked_addresses
from functions.outbound.email.model import Encryption, Server

WAIT_SECONDS = 20.0
"""For each address that is dialled, and for each answer."""
OURSELVES = "[127.0.0.1]"
"""What a server is told about our name: a function has none, and to look for one takes time."""
LOGGED_IN = 235
LINE_ENDS = "\r\n\0"
UNREACHABLE = "CONNECTION_FAILED"
REFUSED_LOGIN = "AUTHENTICATION_FAILED"
HANDSHAKE = "SSL_HANDSHAKE_FAILED"


@dataclass(frozen=True, slots=True)
class Dial:
    """Opens sockets to one server."""

    server: Server
    allowed: tuple[Network, ...]

    def __call__(self, *, encrypted: bool) -> socket.socket:
        """A connected socket. Raises DeniedAddress or OSError."""
        host, port = self.server.host, self.server.port
        failure: OSError = OSError(f"{host} has no address")
        for address in checked_addresses(host, port, self.allowed):
            try:
                found = socket.create_connection((address, port), WAIT_SECONDS)
            except OSError as error:
                failure = error
                continue
            return ssl_context().wrap_socket(found, server_hostname=host) if encrypted else found
        raise failure


class _Smtp(smtplib.SMTP):
    def __init__(self, dial: Dial, *, encrypted: bool) -> None:
        self._dial, self._encrypted = dial, encrypted
        super().__init__(dial.server.host, dial.server.port, OURSELVES, timeout=WAIT_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket.socket:
        return self._dial(encrypted=self._encrypted)


class _Imap(imaplib.IMAP4):
    def __init__(self, dial: Dial, *, encrypted: bool) -> None:
        self._dial, self._encrypted = dial, encrypted
        super().__init__(dial.server.host, dial.server.port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._dial(encrypted=self._encrypted)


class _Pop3(poplib.POP3):
    def __init__(self, dial: Dial, *, encrypted: bool) -> None:
        self._dial, self._encrypted = dial, encrypted
        super().__init__(dial.server.host, dial.server.port, timeout=WAIT_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._dial(encrypted=self._encrypted)


@contextmanager
def smtp(server: Server, login: tuple[str, str] | None, allowed: Iterable[Network]) -> Iterator[smtplib.SMTP]:
    """A session for sending. With TLS a server that offers no STARTTLS is left before the password is sent."""
    with _errors(server), _Smtp(_dial(server, allowed), encrypted=server.encryption is Encryption.SSL) as client:
        if server.encryption is Encryption.TLS:
            client.ehlo()
            if not client.has_extn("starttls"):
                raise ConnectorError(HANDSHAKE, f"{_name(server)} offers no STARTTLS; NONE would send all in clear")
            client.starttls(context=ssl_context())
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
    code, said = client.docmd("AUTH", f"PLAIN {proof}")
    if code != LOGGED_IN:
        raise smtplib.SMTPAuthenticationError(code, said)


@contextmanager
def imap(server: Server, login: tuple[str, str], allowed: Iterable[Network]) -> Iterator[imaplib.IMAP4]:
    """A session on a mailbox."""
    with _errors(server), _Imap(_dial(server, allowed), encrypted=server.encryption is not Encryption.NONE) as client:
        with _login_errors(server, imaplib.IMAP4.error):
            if "AUTH=PLAIN" in client.capabilities:
                client.authenticate("PLAIN", lambda _: "\0".join(("", *login)).encode())
            else:
                user, password = _checked(login)
                client.login(_quoted(user), password)
        yield client


@contextmanager
def pop3(server: Server, login: tuple[str, str], allowed: Iterable[Network]) -> Iterator[poplib.POP3]:
    """A session on a mailbox; what is deleted in it is gone when it ends well."""
    with _errors(server):
        client = _Pop3(_dial(server, allowed), encrypted=server.encryption is not Encryption.NONE)
        try:
            client.encoding = "utf-8"
            with _login_errors(server, poplib.error_proto):
                user, password = _checked(login)
                client.user(user)
                client.pass_(password)
            yield client
            client.quit()
        finally:
            client.close()


def _checked(login: tuple[str, str]) -> tuple[str, str]:
    """Where user and password are lines of a protocol, a line end in them would be a command of its own."""
    if any(character in part for part in login for character in LINE_ENDS):
        raise ConnectorInputError("User name and password have no line ends in them")
    return login


def _dial(server: Server, allowed: Iterable[Network]) -> Dial:
    return Dial(server, tuple(allowed))


def _name(server: Server) -> str:
    return f"{server.host}:{server.port}"


def _quoted(text: str) -> str:
    """As a string of IMAP."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@contextmanager
def _login_errors(server: Server, kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kind as error:
        raise ConnectorError(REFUSED_LOGIN, f"{_name(server)} refused the login: {_said(error)}") from error


@contextmanager
def _errors(server: Server) -> Iterator[None]:
    """What goes wrong in a session, in the order of the classes: the most special first."""
    where = _name(server)
    try:
        yield
    except ssl.SSLError as error:
        what = getattr(error, "verify_message", "") or error.reason or "it speaks no TLS"
        raise ConnectorError(HANDSHAKE, f"no TLS connection to {where}: {what}") from error
    except smtplib.SMTPAuthenticationError as error:
        raise ConnectorError(REFUSED_LOGIN, f"{where} refused the login: {_said(error)}") from error
    except smtplib.SMTPResponseException as error:
        raise ConnectorError(str(error.smtp_code), f"{where} said {error.smtp_code} {_said(error)}") from error
    except (smtplib.SMTPException, imaplib.IMAP4.error, poplib.error_proto) as error:
        raise ConnectorError(None, f"{where}: {_said(error)}") from error
    except (OSError, EOFError, UnicodeError) as error:
        raise ConnectorError(UNREACHABLE, f"no answer from {where}: {str(error) or type(error).__name__}") from error


def _said(error: Any) -> str:
    said = getattr(error, "smtp_error", None) or (error.args[0] if error.args else "")
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
