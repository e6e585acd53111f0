"""What goes wrong with a request, with the codes and texts that error expressions of Camunda's templates know."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Any

from connector_sdk.errors import ConnectorError
from connector_sdk.http.faults import Fault, NoHost, NotConnected, TimedOut, TooLarge, Unreadable, Unsendable

ABORTED = "An error occurred while executing the request, or the connection was aborted"
TIMED_OUT = "The request timed out. Please try increasing the read and connection timeouts."
PROTOCOL = "An error with the HTTP protocol occurred"
UNAUTHORIZED = "401"
HANDSHAKE = "SSL_HANDSHAKE_FAILED"
TOO_LARGE = "RESPONSE_TOO_LARGE"
"""Our own: Camunda's runtime names this as it names every broken connection."""


_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
_REFUSALS = {"WRONG_VERSION_NUMBER": "its answer is no TLS, was http:// or another port meant? (WRONG_VERSION_NUMBER)"}
"""OpenSSL's reasons that do not say what to do."""


class HttpError(ConnectorError):
    """A request failed. `message` is what error expressions see; `incident` is the sentence for a person."""

    def __init__(
        self, code: str | None, message: str, incident: str, variables: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(code, message, variables, credentials_refused=code == UNAUTHORIZED)
        self.incident = incident


class Timeout(HttpError):
    """No connection or no answer in time."""


class Unreachable(HttpError):
    """No connection, or one that broke before the answer was complete."""


class AnswerTooLarge(HttpError):
    """An answer has more bytes than a connector reads; it will have them next time as well."""

    def __init__(self, limit: int, where: str) -> None:
        fault = f"answer is larger than {limit} bytes, the most that a connector reads: ask for a smaller one"
        super().__init__(TOO_LARGE, f"The {fault}", f"{where}: the {fault}")


class HandshakeError(HttpError):
    """No TLS connection: one side does not trust the other's certificate, or they have no protocol in common."""


class ProtocolError(HttpError):
    """The request cannot be sent as HTTP, for instance with a Content-Length of its own."""


class InvalidRequest(HttpError):
    """The request cannot be built: an impossible URL, a negative time-out."""


class StatusError(HttpError):
    """The service answered with a status of 400 or above; `code` is the status as text."""


def from_fault(fault: Fault, where: str) -> HttpError:
    """The error that error expressions see: 408 for everything that the network does, as Camunda's runtime has it.

    Only what TLS refuses has a code of its own, that of its runtime 8.10, and so has an answer that is too large.
    """
    incident = f"{where} cannot be requested: {fault}"
    match fault:
        case TimedOut():
            return Timeout("408", TIMED_OUT, f"no answer in time from {where}")
        case TooLarge(limit=limit):
            return AnswerTooLarge(limit, where)
        case NoHost():
            return InvalidRequest(None, f"The URL cannot be requested: {fault}", incident)
        case Unsendable():
            return ProtocolError("500", PROTOCOL, incident)
        case Unreadable():
            return Unreachable("408", ABORTED, f"the answer of {where} is not readable: {fault}")
    return _not_reached(fault, where)


def _not_reached(fault: Fault, where: str) -> HttpError:
    cause = fault.__cause__
    # A service that wants another certificate may say so in place of its answer (RFC 8446, section 4.4.2.4).
    if isinstance(cause, ssl.SSLError) and (isinstance(fault, NotConnected) or "ALERT" in (cause.reason or "")):
        reason = _REFUSALS.get(cause.reason or "", cause.reason)
        what = ": ".join(filter(None, (reason, getattr(cause, "verify_message", "")))) or str(cause)
        return HandshakeError(HANDSHAKE, f"The TLS handshake failed: {what}", f"no TLS connection to {where}: {what}")
    what = _ERRNO.sub("", str(fault)) or "the connection broke"
    return Unreachable("408", ABORTED, f"no answer from {where}: {what}")
