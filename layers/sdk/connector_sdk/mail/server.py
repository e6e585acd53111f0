"""A mail server: checked addresses, verified certificates, limited waits, errors with a code."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from connector_sdk.clock import SystemClock
from connector_sdk.errors import ConnectorError, ConnectorInputError
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.bounded import BoundedSocket, within
from connector_sdk.wire.dial import dialled

WAIT_SECONDS = 20.0
"""For dialling, for the handshake, and for each answer."""
LONGEST_SECONDS = 55.0
"""For a whole session, however slowly the server answers: less than the time of a connector's function."""
LINE_ENDS = "\r\n\0"
UNREACHABLE = "CONNECTION_FAILED"
REFUSED_LOGIN = "AUTHENTICATION_FAILED"
HANDSHAKE = "SSL_HANDSHAKE_FAILED"
Login = tuple[str, str]
"""User and password."""


class Encryption(Enum):
    """Of the connection. TLS begins in clear with SMTP (STARTTLS), and at once with the others; SSL is TLS at once."""

    TLS = "TLS"
    SSL = "SSL"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect to, and how."""

    host: str
    port: int
    encryption: Encryption

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class MailSocket(BoundedSocket):
    """The part of a socket that smtplib, imaplib and poplib use."""

    def encrypted(self, host: str) -> MailSocket:
        """The same in TLS. Raises ssl.SSLError, OSError."""
        found = ssl.create_default_context().wrap_socket(self.ready(), server_hostname=host)
        return MailSocket(found, self._seconds, self._deadline)

    def shutdown(self, how: int) -> None:
        self._socket.shutdown(how)


class Dial:
    """Opens the socket of one session, whose time begins now."""

    def __init__(self, server: Server, allowed: Iterable[Network]) -> None:
        self.server = server
        self._allowed = tuple(allowed)
        self._deadline = SystemClock().monotonic() + LONGEST_SECONDS

    def __call__(self, *, encrypted: bool) -> Any:
        """A MailSocket, which the standard library takes for a socket. Raises DeniedAddress, OSError."""
        host, port = self.server.host, self.server.port
        found: socket.socket = dialled(host, port, self._allowed, seconds=within(WAIT_SECONDS, self._deadline))
        connected = MailSocket(found, WAIT_SECONDS, self._deadline)
        return connected.encrypted(host) if encrypted else connected


def checked(login: Login) -> Login:
    """Where user and password are lines of a protocol, a line end in them would be a command of its own."""
    if any(character in part for part in login for character in LINE_ENDS):
        raise ConnectorInputError("User name and password have no line ends in them")
    return login


def refused_login(server: Server, error: Exception, *, passing: bool) -> ConnectorError:
    """The error for a login that was refused. `passing`: for a reason that has nothing to do with the password."""
    message = f"{server} refused the login: {said(error)}"
    return ConnectorError(REFUSED_LOGIN, message, credentials_refused=not passing)


@contextmanager
def errors(server: Server, protocol: type[Exception], lost: type[Exception] | tuple[()] = ()) -> Iterator[None]:
    """What goes wrong in a session as ConnectorError.

    `protocol` is what the standard library raises when the server says no, and `lost`, of its kinds, for a connection
    that ended.
    """
    try:
        yield
    except ssl.SSLError as error:
        what = getattr(error, "verify_message", "") or error.reason or "it speaks no TLS"
        raise ConnectorError(HANDSHAKE, f"no TLS connection to {server}: {what}") from error
    except (protocol, OSError, EOFError, UnicodeError) as error:
        if isinstance(error, protocol) and not isinstance(error, lost):
            raise ConnectorError(None, f"{server}: {said(error)}") from error
        # smtplib and imaplib say that the connection is gone; why, only what they caught says.
        why = error.__context__ if isinstance(error.__context__, OSError) else error
        raise ConnectorError(UNREACHABLE, f"no answer from {server}: {str(why) or type(why).__name__}") from error


def said(error: Any) -> str:
    """The server's own words."""
    found = getattr(error, "smtp_error", None) or (error.args[0] if error.args else "")
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)
