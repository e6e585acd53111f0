"""Certificates for servers on this machine: one that signed itself, which clients trust only if they are told to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

START = datetime(2020, 1, 1, tzinfo=UTC)
VALID = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where a certificate was written to, in PEM."""

    chain: Path
    key: Path
    both: Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate for localhost, and its key, in PEM (the key in PKCS#8)."""

    chain: bytes
    key: bytes

    def write(self, folder: Path, name: str) -> CertificateFiles:
        """Put it into files that only their owner reads."""
        contents = {"chain": self.chain, "key": self.key, "both": self.chain + self.key}
        files = {part: folder / f"{name}-{part}.pem" for part in contents}
        for part, content in contents.items():
            files[part].write_bytes(content)
            files[part].chmod(0o600)
        return CertificateFiles(**files)


def self_signed() -> Certificate:
    """A new one. To trust it, a client takes `chain` for a certificate authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, START, START + VALID)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    return Certificate(
        signed.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
