"""WS-Security: the header of a message that says who sent it (OASIS, UsernameToken and X.509 Token Profiles 1.1)."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha1
from secrets import token_bytes, token_hex

from lxml import etree

from connector_sdk.http import HttpClient
from functions.outbound.soap.envelope import OASIS, WSSE, WSU, Envelope
from functions.outbound.soap.model import Scheme, WsSecurity, YesNo

BASE64 = f"{OASIS}soap-message-security-1.0#Base64Binary"
PASSWORD = f"{OASIS}username-token-profile-1.0#Password"
NONCE_BYTES = 16


def secured(message: Envelope, wanted: WsSecurity, now: datetime, http: HttpClient) -> None:
    """Add what the scheme asks for. Raises ConnectorInputError for certificates that cannot be used."""
    if wanted.authentication is Scheme.NONE:
        return
    header = etree.Element(f"{{{WSSE}}}Security")
    message.header.insert(0, header)
    header.set(f"{{{message.namespace}}}mustUnderstand", "1")
    if wanted.authentication is Scheme.USERNAME_TOKEN:
        _username_token(header, wanted, now)
        return
    from functions.outbound.soap.signature import signed  # cryptography is needed for this only

    if wanted.timestamp is not None:
        _timestamp(header, now, wanted.timestamp)
    signed(message, header, wanted, http)


def _username_token(header: etree._Element, wanted: WsSecurity, now: datetime) -> None:
    """With the password, or its digest: SHA-1 of nonce, time and password (UsernameToken Profile, section 3.1)."""
    token = etree.SubElement(header, f"{{{WSSE}}}UsernameToken", {f"{{{WSU}}}Id": identity("UsernameToken")})
    added(token, WSSE, "Username", wanted.username or "")
    password = wanted.password or ""
    if wanted.encoded is YesNo.NO:
        added(token, WSSE, "Password", password).set("Type", f"{PASSWORD}Text")
        return
    nonce, created = token_bytes(NONCE_BYTES), _text(now)
    digest = sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    added(token, WSSE, "Password", b64encode(digest).decode()).set("Type", f"{PASSWORD}Digest")
    added(token, WSSE, "Nonce", b64encode(nonce).decode()).set("EncodingType", BASE64)
    added(token, WSU, "Created", created)


def _timestamp(header: etree._Element, now: datetime, seconds: int) -> None:
    found = etree.SubElement(header, f"{{{WSU}}}Timestamp", {f"{{{WSU}}}Id": identity("TS")})
    added(found, WSU, "Created", _text(now))
    added(found, WSU, "Expires", _text(now + timedelta(seconds=seconds)))


def added(parent: etree._Element, namespace: str, name: str, text: str | None = None) -> etree._Element:
    """A new element at the end of another."""
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    element.text = text
    return element


def identity(kind: str) -> str:
    """A name that no other element of any message has."""
    return f"{kind}-{token_hex(16)}"


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
