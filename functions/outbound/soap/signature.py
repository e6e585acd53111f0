"""XML Signature in a WS-Security header: exclusive canonical form, the certificate in the message."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from connector_sdk.errors import ConnectorInputError
from connector_sdk.http import HttpClient
from functions.outbound.soap.certificates import KeyPair, key_pair
from functions.outbound.soap.envelope import OASIS, WSSE, WSU, Envelope
from functions.outbound.soap.model import Certificate, WsSecurity
from functions.outbound.soap.security import BASE64, added, identity

DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENC = "http://www.w3.org/2001/04/xmlenc#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
X509 = f"{OASIS}x509-token-profile-1.0#X509v3"
DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{DS}sha1": hashes.SHA1,
    f"{ENC}sha256": hashes.SHA256,
    f"{MORE}sha384": hashes.SHA384,
    f"{ENC}sha512": hashes.SHA512,
}
SIGNATURES: dict[str, tuple[str, type[hashes.HashAlgorithm]]] = {
    f"{DS}rsa-sha1": ("RSA", hashes.SHA1),
    **{f"{MORE}rsa-{one.name}": ("RSA", one) for one in (hashes.SHA256, hashes.SHA384, hashes.SHA512)},
    **{f"{MORE}ecdsa-{one.name}": ("EC", one) for one in (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)},
}
DEFAULT_DIGEST = f"{ENC}sha256"
DEFAULT_SIGNATURE = {"RSA": f"{MORE}rsa-sha256", "EC": f"{MORE}ecdsa-sha256"}


def signed(message: Envelope, header: etree._Element, wanted: WsSecurity, http: HttpClient) -> None:
    """Add certificate and signature. Raises ConnectorInputError."""
    pair = key_pair(wanted.certificate or Certificate(), http)
    token = added(header, WSSE, "BinarySecurityToken", b64encode(pair.der).decode())
    token.set("EncodingType", BASE64)
    token.set("ValueType", X509)
    token.set(f"{{{WSU}}}Id", identity("X509"))
    digest = wanted.digest_algorithm or DEFAULT_DIGEST
    method = wanted.signature_algorithm or DEFAULT_SIGNATURE[pair.kind]
    if digest not in DIGESTS:
        raise ConnectorInputError(f"digestAlgorithm is {digest}, which is none of {', '.join(DIGESTS)}")
    if SIGNATURES.get(method, ("",))[0] != pair.kind:
        raise ConnectorInputError(f"signatureAlgorithm is {method}, which is none for a key of the kind {pair.kind}")
    parts = list(_parts(message, wanted))  # all of them get an id before the first is digested: one may hold another
    signature = etree.SubElement(header, f"{{{DS}}}Signature", nsmap={"ds": DS})
    info = added(signature, DS, "SignedInfo")
    added(info, DS, "CanonicalizationMethod").set("Algorithm", EXCLUSIVE)
    added(info, DS, "SignatureMethod").set("Algorithm", method)
    for number, part in parts:
        _reference(info, number, digest, _digest(part, DIGESTS[digest]()))
    value = _signature(pair, _canonical(info), SIGNATURES[method][1]())
    added(signature, DS, "SignatureValue", b64encode(value).decode())
    reference = added(added(added(signature, DS, "KeyInfo"), WSSE, "SecurityTokenReference"), WSSE, "Reference")
    reference.set("URI", f"#{token.get(f'{{{WSU}}}Id')}")
    reference.set("ValueType", X509)


def _parts(message: Envelope, wanted: WsSecurity) -> Iterator[tuple[str, etree._Element]]:
    """What is signed, with ids: every element of the given names, or the body."""
    names = [f"{{{part.namespace or ''}}}{part.local_name}" for part in wanted.encryption_parts or ()]
    for name in names or [str(message.body.tag)]:
        found = list(message.root.iter(name))
        if not found:
            raise ConnectorInputError(f"there is no {name} in the message that could be signed")
        for element in found:
            number = element.get(f"{{{WSU}}}Id") or identity("id")
            element.set(f"{{{WSU}}}Id", number)
            yield number, element


def _reference(info: etree._Element, number: str, method: str, digest: bytes) -> None:
    reference = added(info, DS, "Reference")
    reference.set("URI", f"#{number}")
    added(added(reference, DS, "Transforms"), DS, "Transform").set("Algorithm", EXCLUSIVE)
    added(reference, DS, "DigestMethod").set("Algorithm", method)
    added(reference, DS, "DigestValue", b64encode(digest).decode())


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _digest(element: etree._Element, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(_canonical(element))
    return digest.finalize()


def _signature(pair: KeyPair, content: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    key: Any = pair.key
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), algorithm)
    width = (key.curve.key_size + 7) // 8  # both numbers, not in DER (RFC 4050 and XML Signature 1.1, 6.4.3)
    return b"".join(
        number.to_bytes(width, "big") for number in decode_dss_signature(key.sign(content, ec.ECDSA(algorithm)))
    )
