"""Where a URL leads: scheme, host and port (RFC 9110, section 4.3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from connector_sdk.http.faults import NoHost

PORTS = {"http": 80, "https": 443}
_AUTHORITY = re.compile(r"(?:\[(?P<literal>[^\]]*)\]|(?P<name>[^:]*))(?::(?P<port>\d*))?")
_END = re.compile(r"[/?]")


@dataclass(frozen=True, slots=True)
class Origin:
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
    end = _END.search(rest)
    if end is None:
        return _origin(scheme, rest), "/"
    target = rest[end.start() :]
    return _origin(scheme, rest[: end.start()]), target if target[0] == "/" else "/" + target


@lru_cache
def _origin(scheme: str, authority: str) -> Origin:
    found = _AUTHORITY.fullmatch(authority)
    if scheme not in PORTS or found is None:
        raise NoHost("there is no host in it")
    literal, name = found["literal"], found["name"]
    host = name.lower() if literal is None else literal.lower()
    usual = PORTS[scheme]
    try:
        port = int(found["port"] or usual)
        if not host.isascii():
            host = host.encode("idna").decode()
    except ValueError as error:
        raise NoHost(str(error)) from error
    written = host if literal is None else f"[{host}]"
    return Origin(scheme, host, port, written if port == usual else f"{written}:{port}")
