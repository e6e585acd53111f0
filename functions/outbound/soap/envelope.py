"""A SOAP message: the envelope that is sent, and the one that comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from connector_sdk.errors import ConnectorInputError
from functions.outbound.soap.model import Version

NAMESPACE = {
    Version.SOAP_1_1: "http://schemas.xmlsoap.org/soap/envelope/",
    Version.SOAP_1_2: "http://www.w3.org/2003/05/soap-envelope",
}
PREFIX = {Version.SOAP_1_1: "SOAP-ENV", Version.SOAP_1_2: "env"}
CONTENT_TYPE = {Version.SOAP_1_1: "text/xml", Version.SOAP_1_2: "application/soap+xml"}
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{OASIS}wssecurity-secext-1.0.xsd"
WSU = f"{OASIS}wssecurity-utility-1.0.xsd"
FAILED_AUTHENTICATION = "FailedAuthentication"
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


class NotXml(Exception):
    """A text is no XML, or of a kind that SOAP does not allow."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message that is being built."""

    root: etree._Element
    header: etree._Element
    body: etree._Element
    namespace: str

    def to_bytes(self) -> bytes:
        return etree.tostring(self.root, encoding="utf-8")


def envelope(version: Version, header: str, body: str, namespaces: Mapping[str, str]) -> Envelope:
    """The message with these contents, XML texts that may use the prefixes. Raises ConnectorInputError."""
    namespace = NAMESPACE[version]
    try:
        root = etree.Element(
            f"{{{namespace}}}Envelope", nsmap={"wsse": WSSE, "wsu": WSU, **namespaces, PREFIX[version]: namespace}
        )
    except ValueError as error:
        raise ConnectorInputError(f"namespaces cannot be declared: {error}") from error
    parts = {name: etree.SubElement(root, f"{{{namespace}}}{name}") for name in ("Header", "Body")}
    for name, text in (("Header", header), ("Body", body)):
        parts[name].extend(_elements(text, namespaces, name.lower()))
    return Envelope(root, parts["Header"], parts["Body"], namespace)


def _elements(text: str, namespaces: Mapping[str, str], name: str) -> list[etree._Element]:
    declared = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in namespaces.items())
    inside = _DECLARATION.sub("", text, count=1)
    try:
        wrapper = parsed(f"<wrapper{declared}>{inside}</wrapper>".encode())
    except NotXml as error:
        raise ConnectorInputError(f"The SOAP {name} is no XML: {error}") from error
    elements = list(wrapper.iterchildren("*"))
    if text.strip() and not elements:
        raise ConnectorInputError(f"The SOAP {name} has no element")
    return elements


def parsed(content: bytes) -> etree._Element:
    """The root of a document without a DTD; nothing outside of it is read. Raises NotXml."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise NotXml(str(error.msg)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotXml("it has a document type, which SOAP does not allow")
    return root


def answered(content: bytes) -> etree._Element | None:
    """The envelope in an answer, or None if there is none."""
    try:
        root = parsed(content)
    except NotXml:
        return None
    name = etree.QName(root)
    return root if name.localname == "Envelope" and name.namespace in NAMESPACE.values() else None


def fault(root: etree._Element) -> etree._Element | None:
    """The fault in an envelope."""
    return root.find("{*}Body/{*}Fault")


def is_failed_authentication(fault: etree._Element) -> bool:
    """Whether a fault says that the service does not know who asks (WS-Security 1.1, section 12)."""
    codes = [fault.findtext("faultcode"), fault.findtext("{*}Code/{*}Subcode/{*}Value")]
    return any(code is not None and code.strip().rpartition(":")[2] == FAILED_AUTHENTICATION for code in codes)
