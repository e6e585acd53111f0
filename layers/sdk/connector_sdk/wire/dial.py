"""Opening a connection to an address that was checked: one lookup, every answer judged, then the address is dialled."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import ip_address

from connector_sdk.errors import DeniedAddress
from connector_sdk.wire.addresses import Network, denied_because

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
            raise DeniedAddress(host, str(address), reason)
    return addresses
