"""URLs as Camunda's connector runtime sends them.

Unless `skipEncoding` is set, a URL may be written with or without escapes: it is taken apart, decoded and encoded
again, the way Google's `GenericUrl` does it. With `skipEncoding` it goes out as it is, and an illegal character is an
error. Query parameters are added after that, always encoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, unquote_plus

_PATH_SAFE = "-_.!~*'()@:$&,;="
_QUERY_SAFE = "-_.!~*'()@:$,;/?:"
_PARTS = re.compile(r"(?s)(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?")
_ILLEGAL = re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f]|%(?![0-9A-Fa-f]{2})")
_BRACKETS = re.compile(r"[\[\]]")
_AUTHORITY = re.compile(r"(?:[^@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:@]+)(?::(-?\d+)?)?")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9\-_.!~*'()@:$&,;=/]*")
"""Nothing in it is encoded, and nothing has to be."""
MAX_PORT = 65535
DEFAULT_PORT = "-1"
"""Java's way to write it."""

Parameters = Iterable[tuple[str, str | None]]


class InvalidUrl(ValueError):
    """The text is no URL that can be requested; the message says why."""


class CredentialsInUrl(ValueError):
    """`http://user:password@host/`: RFC 9110, section 4.2.4 forbids to send it."""


def encoded_url(url: str, parameters: Parameters = (), *, skip_encoding: bool = False) -> str:
    """The URL to request. Raises InvalidUrl, or CredentialsInUrl.

    >>> encoded_url("http://a.test/b c?d=e f", [("g", "h/i")])
    'http://a.test/b%20c?d=e%20f&g=h%2Fi'
    """
    found = _PARTS.fullmatch(url)
    if found is None or not found[2]:
        raise InvalidUrl("there is no host in it")
    scheme, authority, path, query = found.groups()
    _check_authority(authority)
    authority = authority.removesuffix(f":{DEFAULT_PORT}")
    if not skip_encoding:
        path, query = _encoded_path(path), _encoded_query(query or "")
    illegal = _ILLEGAL.search(path + "?" + (query or "")) or _BRACKETS.search(path)
    if illegal:
        raise InvalidUrl(f"{illegal[0]!r} is not allowed in it")
    given = list(parameters)
    if given:
        pairs = [*_pairs(query or ""), *given]
        query = "&".join(quote(name, safe="") + _value(value) for name, value in pairs)
    path, query = _ascii(path), _ascii(query or "")
    return f"{scheme}://{authority}{path}" + (f"?{query}" if query else "")


_ASCII = "".join(map(chr, range(0x21, 0x7F)))


def _ascii(text: str) -> str:
    return text if text.isascii() else quote(text, safe=_ASCII)


def _check_authority(authority: str) -> None:
    found = _AUTHORITY.fullmatch(authority)
    if found is None or _ILLEGAL.search(authority):
        raise InvalidUrl("its host is not readable")
    if "@" in authority:
        host = authority.rpartition("@")[2]
        raise CredentialsInUrl(f"user and password in front of {host} belong into the authentication")
    port = "" if found[1] == DEFAULT_PORT else (found[1] or "").lstrip("0")
    if len(port) > len(str(MAX_PORT)) or not 0 <= int(port or 0) <= MAX_PORT:
        raise InvalidUrl(f"port {found[1]} of {authority.rpartition(':')[0]} is out of range")


def _encoded_path(path: str) -> str:
    if _PLAIN_PATH.fullmatch(path):
        return path
    return "/".join(quote(_decoded(part), safe=_PATH_SAFE) for part in path.split("/"))


def _encoded_query(query: str) -> str:
    """Equal names are put together, names without a value lose their `=`."""
    values: dict[str, list[str]] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name:
            values.setdefault(_decoded_form(name), []).append(_decoded_form(value))
    return "&".join(
        quote(name, safe=_QUERY_SAFE) + (f"={quote(value, safe=_QUERY_SAFE)}" if value else "")
        for name, group in values.items()
        for value in group
    )


def _decoded(text: str) -> str:
    _refuse_broken_escape(text)
    return unquote(text)


def _decoded_form(text: str) -> str:
    _refuse_broken_escape(text)
    return unquote_plus(text)


def _refuse_broken_escape(text: str) -> None:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise InvalidUrl("there is a broken escape in it")


def _pairs(query: str) -> Iterable[tuple[str, str | None]]:
    for pair in query.split("&"):
        if pair:
            name, equals, value = pair.partition("=")
            yield unquote_plus(name), unquote_plus(value) if equals else None


def _value(value: str | None) -> str:
    return "" if value is None else "=" + quote(value, safe="")
