"""What JDBC's properties say about TLS: whether it is wanted, and how much of the server's certificate is checked."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from connector_sdk.errors import ConnectorInputError


class Mode(Enum):
    """From nothing to everything."""

    NONE = "none"
    """No TLS."""
    PREFERRED = "preferred"
    """If the server has it; its certificate is not looked at."""
    ENCRYPTED = "encrypted"
    """Always; the certificate is not looked at."""
    KNOWN = "known"
    """Always, with a certificate of an authority that is trusted, for whatever name."""
    VERIFIED = "verified"
    """Always, with a certificate of a trusted authority for this host."""


# What PostgreSQL's, MariaDB's and MySQL's own drivers take, in lower case, without - and _.
MODES = {
    "disable": Mode.NONE,
    "disabled": Mode.NONE,
    "allow": Mode.PREFERRED,
    "prefer": Mode.PREFERRED,
    "preferred": Mode.PREFERRED,
    "require": Mode.ENCRYPTED,
    "required": Mode.ENCRYPTED,
    "trust": Mode.ENCRYPTED,
    "verifyca": Mode.KNOWN,
    "verifyfull": Mode.VERIFIED,
    "verifyidentity": Mode.VERIFIED,
}
MODE_NAMES = frozenset({"sslmode"})
SWITCHES = frozenset({"ssl", "usessl"})
"""`true` asks for everything, as in PostgreSQL's and MariaDB's drivers."""
AUTHORITIES = frozenset({"sslrootcert", "serversslcert"})
"""A file of the function that holds certificates in PEM; without it those that Python trusts (SSL_CERT_FILE)."""
_ABOUT_TLS = ("ssl", "tls", "trust", "keystore", "certificate")


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection is encrypted."""

    mode: Mode
    authorities: str | None = None

    @classmethod
    def of(cls, properties: Mapping[str, str]) -> Tls:
        """Raises ConnectorInputError for what is not understood about TLS: it must not be weaker than asked."""
        mode, authorities = Mode.PREFERRED, None
        for name, value in properties.items():
            plain = _plain(name)
            if plain in MODE_NAMES:
                mode = _mode(name, value)
            elif plain in SWITCHES:
                mode = Mode.VERIFIED if value.lower() in ("true", "1", "") else mode
            elif plain in AUTHORITIES:
                authorities = value
            elif any(part in plain for part in _ABOUT_TLS):
                raise ConnectorInputError(
                    f"the connection's property {name} is not supported; sslmode and sslrootcert are"
                )
        return cls(mode, authorities)

    def context(self) -> ssl.SSLContext | None:
        """For the driver; None without TLS and where it is only preferred. Raises ConnectorInputError."""
        if self.mode in (Mode.NONE, Mode.PREFERRED):
            return None
        try:
            made = ssl.create_default_context(cafile=self.authorities)
        except OSError as error:
            raise ConnectorInputError(f"the file of the connection's sslrootcert cannot be read: {error}") from None
        made.check_hostname = self.mode is Mode.VERIFIED
        if self.mode is Mode.ENCRYPTED:
            made.verify_mode = ssl.CERT_NONE
        return made


def _mode(name: str, value: str) -> Mode:
    try:
        return MODES[_plain(value)]
    except KeyError:
        raise ConnectorInputError(f"the connection's property {name} has an unknown value") from None


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
