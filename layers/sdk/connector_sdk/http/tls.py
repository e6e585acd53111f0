"""A task's own certificates: how it proves who it is (mutual TLS), and whom it trusts."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import Field

from connector_sdk.binding import ConnectorModel
from connector_sdk.errors import ConnectorInputError

ALPN = ["http/1.1"]


class ClientTls(ConnectorModel):
    """Client certificate: texts in PEM, blank if absent."""

    client_certificate: str | None = None
    client_private_key: Annotated[str | None, Field(repr=False)] = None
    private_key_password: Annotated[str | None, Field(repr=False)] = None
    trusted_certificate: str | None = None
    """Of the authority that the service's certificate is judged by; without it, those of the public Internet."""

    @property
    def is_needed(self) -> bool:
        """Whether a connection differs from one without: a password alone changes nothing."""
        return any(map(_given, (self.client_certificate, self.client_private_key, self.trusted_certificate)))


def ssl_context(tls: ClientTls | None = None) -> ssl.SSLContext:
    """How connections are secured. Raises ConnectorInputError for certificates that cannot be used."""
    if tls is None:
        return _context()
    try:
        context = _context(tls.trusted_certificate if _given(tls.trusted_certificate) else None)
        _present(tls, context)
    except (ssl.SSLError, ValueError) as error:
        reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else "it is no PEM"
        raise ConnectorInputError(f"clientTls cannot be used: {reason}") from None
    return context


def _context(trusted: str | None = None) -> ssl.SSLContext:
    """Authorities are those of the machine, or of SSL_CERT_FILE, unless others are trusted."""
    context = ssl.create_default_context(cadata=trusted)
    context.set_alpn_protocols(ALPN)
    return context


def _present(tls: ClientTls, context: ssl.SSLContext) -> None:
    """Load certificate and key; Python takes them from files only, so they lie in a private folder for a moment."""
    if _given(tls.client_certificate) != _given(tls.client_private_key):
        raise ConnectorInputError("clientTls needs both clientCertificate and clientPrivateKey, or neither")
    if not _given(tls.client_certificate):
        return
    with tempfile.TemporaryDirectory(prefix="tls-") as folder:
        certificate, key = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
        certificate.write_text(tls.client_certificate or "", encoding="utf-8")
        key.write_text(tls.client_private_key or "", encoding="utf-8")
        # without a password OpenSSL would ask the terminal for one
        context.load_cert_chain(certificate, key, tls.private_key_password or "")


def _given(text: str | None) -> bool:
    return text is not None and bool(text.strip())
