"""Opening a connection to an address that was checked: one lookup, every answer judged, then the address is dialled."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import ip_address

from connector_sdk.clock import SystemClock
from connector_sdk.errors import DeniedAddress
from connector_sdk.wire.addresses import HAND_OUT_CREDENTIALS, Network, denied_because
from connector_sdk.wire.bounded import within

Resolver = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, as the system's resolver gives them. Raises OSError if there is none."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked_addresses(
    host: str, port: int, allowed: Iterable[Network] = (), resolver: Resolver = resolve
) -> tuple[str, ...]:
    """The host's addresses, in the order to try them.

    Raises DeniedAddress if any of them is denied (one private answer among public ones is enough), OSError if the host
    is unknown.
    """
    ranges = tuple(allowed)
    addresses = tuple(dict.fromkeys(resolver(host, port)))
    for text in addresses:
        address = ip_address(text.partition("%")[0])
        reason = denied_because(address, ranges)
        if reason is not None:
            raise DeniedAddress(host, str(address), reason, hands_out_credentials=reason in HAND_OUT_CREDENTIALS)
    return addresses


def dialled(
    host: str, port: int, allowed: Iterable[Network] = (), *, seconds: float, resolver: Resolver = resolve
) -> socket.socket:
    """A connected socket to an address that was checked, for libraries that speak their own protocol on it.

    Every wait on it has the limit that the dial had. Raises DeniedAddress, OSError.
    """
    try:
        addresses = checked_addresses(host, port, allowed, resolver)
    except UnicodeError as error:
        raise OSError(f"{host} is no name of a host") from error
    return first_connected(host, port, addresses, seconds)


def first_connected(host: str, port: int, addresses: Iterable[str], seconds: float) -> socket.socket:
    """A socket to the first of a host's addresses that answers; the limit is for all of them together.

    Raises OSError, the last address's if there are several.
    """
    failure: OSError = OSError(f"{host} has no address")
    end = SystemClock().monotonic() + seconds
    for address in addresses:
        try:
            return _connected(address, port, within(seconds, end))
        except OSError as error:
            failure = error
    raise failure


def _connected(address: str, port: int, seconds: float) -> socket.socket:
    connected = socket.create_connection((address, port), seconds)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else small pieces wait for each other
    except OSError:
        connected.close()
        raise
    return connected
