"""The certificate and key that a message is signed with."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12

from connector_sdk.errors import ConnectorInputError
from connector_sdk.http import HttpClient
from functions.outbound.soap.model import Certificate, CertificateType

INLINE = "data:;base64,"
JKS = b"\xfe\xed\xfe\xed"
"""How Java's older keystores begin."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate in DER, and its key."""

    der: bytes
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def kind(self) -> str:
        return "RSA" if isinstance(self.key, rsa.RSAPrivateKey) else "EC"


def key_pair(wanted: Certificate, http: HttpClient) -> KeyPair:
    """Read them. Raises ConnectorInputError; HttpError if a keystore's address does not answer."""
    try:
        if wanted.certificate_type is CertificateType.SINGLE:
            certificate = x509.load_pem_x509_certificate((wanted.certificate or "").strip().encode())
            key = load_pem_private_key((wanted.private_key or "").strip().encode(), None)
            return _pair(certificate, key)
        return _from_keystore(wanted, _keystore(wanted.keystore_location or "", http))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        what = "certificate and private key" if wanted.certificate_type is CertificateType.SINGLE else "keystore"
        raise ConnectorInputError(
            f"The {what} cannot be used: wrong password, or not in the form PEM or PKCS#12"
        ) from error


def _pair(certificate: x509.Certificate | None, key: object) -> KeyPair:
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ConnectorInputError("The certificate's key is neither RSA nor EC, and no other kind is known")
    return KeyPair(certificate.public_bytes(Encoding.DER), key)


def _keystore(location: str, http: HttpClient) -> bytes:
    if location.startswith(INLINE):
        return b64decode(location.removeprefix(INLINE))
    if location.startswith(("http://", "https://")):
        return http.download(location)
    try:
        return Path(location.removeprefix("file:")).read_bytes()
    except OSError as error:
        raise ConnectorInputError(f"There is no keystore at {location}") from error


def _from_keystore(wanted: Certificate, content: bytes) -> KeyPair:
    if content.startswith(JKS):
        raise ConnectorInputError(
            "The keystore is in the form JKS; PKCS#12 is needed: "
            "keytool -importkeystore -srckeystore old.jks -destkeystore new.p12 -deststoretype pkcs12"
        )
    store = pkcs12.load_pkcs12(content, (wanted.keystore_password or "").encode())
    name = store.cert.friendly_name if store.cert else None
    if name is not None and name.decode("utf-8", "replace").lower() != (wanted.alias or "").lower():
        raise ConnectorInputError(f"The keystore has no key with the alias {wanted.alias}")
    return _pair(store.cert.certificate if store.cert else None, store.key)
