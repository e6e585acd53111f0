"""Opening a connection: the host's addresses are judged, then one of them is dialled, then TLS begins."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable

from connector_sdk.http.deadline import Deadline
from connector_sdk.http.faults import NotConnected, TimedOut
from connector_sdk.http.origin import Origin
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import Resolver, checked_addresses, first_connected, resolve

UNKNOWN = (socket.EAI_NONAME, socket.EAI_NODATA)


class Dialler:
    """Opens connections to checked addresses only, trying one after the other until one answers."""

    def __init__(self, allowed: Iterable[Network] = (), resolver: Resolver = resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolver = resolver

    def connected(
        self, origin: Origin, context: ssl.SSLContext | None, seconds: float, deadline: Deadline
    ) -> socket.socket:
        """A socket; the time-out is for all addresses together, and once more for TLS.

        Raises DeniedAddress, NotConnected, TimedOut.
        """
        try:
            addresses = checked_addresses(origin.host, origin.port, self._allowed, self._resolver)
        except (OSError, UnicodeError) as error:
            raise NotConnected(_why_not_found(error)) from error
        try:
            opened = first_connected(origin.host, origin.port, addresses, deadline.bound(seconds))
        except TimeoutError as error:
            raise TimedOut(str(error)) from error
        except OSError as error:
            raise NotConnected(str(error)) from error
        return opened if context is None else _secured(opened, origin, context, seconds, deadline)


def _why_not_found(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.errno not in UNKNOWN:
        return f"its host could not be looked up: {error.strerror or error}"
    return "its host is not known"  # by the name that the task wrote, which is masked


def _secured(
    opened: socket.socket, origin: Origin, context: ssl.SSLContext, seconds: float, deadline: Deadline
) -> socket.socket:
    try:
        opened.settimeout(deadline.bound(seconds))
        return context.wrap_socket(opened, server_hostname=origin.host)
    except TimeoutError as error:
        opened.close()
        raise TimedOut(str(error)) from error
    except (OSError, ValueError) as error:
        opened.close()
        raise NotConnected(str(error)) from error
    except BaseException:
        opened.close()
        raise
