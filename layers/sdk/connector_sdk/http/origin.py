"""Where a URL leads: scheme, host and port (RFC 9110, section 4.3.1)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from connector_sdk.http.faults import NoHost

PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Connections are shared by requests to the same one."""

    scheme: str
    host: str
    """In lower case and ASCII; an address of IPv6 without its brackets."""
    port: int
    authority: str
    """Host and port as the header Host has them."""


def split(url: str) -> tuple[Origin, str]:
    """The origin of an encoded URL, and its target: path and query.

    Raises NoHost for one that has no name in ASCII (RFC 3490, as Java has it).
    """
    scheme, _, rest = url.partition("://")
    authority = rest.partition("/")[0].partition("?")[0]
    target = rest[len(authority) :]
    return _origin(scheme, authority), target if target.startswith("/") else "/" + target


@lru_cache
def _origin(scheme: str, authority: str) -> Origin:
    usual = PORTS.get(scheme)
    name, is_literal, after = authority.partition("]")
    if not is_literal:
        name, _, after = authority.partition(":")
    host = name.removeprefix("[").lower()
    if usual is None or not host:
        raise NoHost("there is no host in it")
    try:
        port = int(after.removeprefix(":") or usual)
        if not host.isascii():
            host = host.encode("idna").decode()
    except ValueError as error:
        raise NoHost(str(error)) from error
    written = f"[{host}]" if is_literal else host
    return Origin(scheme, host, port, written if port == usual else f"{written}:{port}")
