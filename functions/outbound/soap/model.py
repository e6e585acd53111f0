"""What a SOAP task asks for."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from connector_sdk.binding import ConnectorModel, HttpUrl, Int32, OneOf
from connector_sdk.template import Equals, Property

TOKEN = Equals("authentication.authentication", "usernameToken")
SIGNED = Equals("authentication.authentication", "signature")
SINGLE = Equals("authentication.certificate.certificateType", "single")
KEYSTORE = Equals("authentication.certificate.certificateType", "keystore")
REQUIRED = {
    "usernameToken": ("username", "encoded"),
    "signature": ("certificate",),
    "single": ("certificate", "private_key"),
    "keystore": ("keystore_location", "keystore_password", "alias"),
}
"""What a choice needs."""


class YesNo(Enum):
    """As Camunda's template writes it."""

    YES = "Yes"
    NO = "No"


class Scheme(Enum):
    """How a message proves who sent it (WS-Security)."""

    NONE = "none"
    USERNAME_TOKEN = "usernameToken"  # noqa: S105 - the name of a choice
    SIGNATURE = "signature"


class CertificateType(Enum):
    """Where certificate and key are."""

    SINGLE = "single"
    KEYSTORE = "keystore"


class _Choosing(ConnectorModel):
    """A model whose needs depend on a choice."""

    def _check(self, choice: Enum | None) -> None:
        for name in REQUIRED.get(str(choice and choice.value), ()):
            if getattr(self, name) is None:
                alias = type(self).model_fields[name].alias
                raise PydanticCustomError("incomplete", "{name} must not be null", {"name": alias})


class Certificate(_Choosing):
    """An X.509 certificate and its key: two texts in PEM, or a keystore in the form PKCS#12."""

    certificate_type: Annotated[CertificateType, Property(group="authentication", when=SIGNED)] = CertificateType.SINGLE
    certificate: Annotated[str | None, Property(group="authentication", when=SINGLE, required=True, secret=True)] = None
    private_key: Annotated[
        str | None,
        Field(repr=False),
        Property(group="authentication", when=SINGLE, required=True, secret=True),
    ] = None
    keystore_location: Annotated[
        str | None,
        Property(
            group="authentication",
            when=KEYSTORE,
            required=True,
            description="PKCS#12: an https:// address, a file beside the function, or data:;base64,…",
        ),
    ] = None
    keystore_password: Annotated[
        str | None,
        Field(repr=False),
        Property(group="authentication", when=KEYSTORE, required=True, secret=True),
    ] = None
    alias: Annotated[str | None, Property(group="authentication", when=KEYSTORE, required=True)] = None

    @model_validator(mode="after")
    def _complete(self) -> Certificate:
        self._check(self.certificate_type)
        return self


class SignaturePart(ConnectorModel):
    """An element that is signed."""

    namespace: str | None = None
    local_name: str


class WsSecurity(_Choosing):
    """How a message proves who sent it."""

    authentication: Annotated[Scheme, Property(group="authentication", label="Authentication")] = Scheme.NONE
    username: Annotated[str | None, Property(group="authentication", when=TOKEN, required=True)] = None
    password: Annotated[str | None, Field(repr=False), Property(group="authentication", when=TOKEN, secret=True)] = None
    encoded: Annotated[
        YesNo | None,
        Property(
            group="authentication",
            when=TOKEN,
            required=True,
            default="Yes",
            description="Yes: the password's digest is sent instead of the password",
        ),
    ] = None
    certificate: Certificate | None = None
    signature_algorithm: Annotated[
        str | None, Property(group="authentication", when=SIGNED, description="An address of XML Signature; RSA-SHA256")
    ] = None
    digest_algorithm: Annotated[
        str | None, Property(group="authentication", when=SIGNED, description="An address of XML Signature; SHA-256")
    ] = None
    timestamp: Annotated[
        Int32 | None,
        Property(group="authentication", when=SIGNED, label="Timestamp's seconds", description="Empty: no timestamp"),
    ] = None
    encryption_parts: Annotated[
        list[SignaturePart] | None,
        Property(
            group="authentication",
            when=SIGNED,
            label="Signed parts",
            example='[{namespace: "urn:orders", localName: "order"}]',
            description="Empty: the body",
        ),
    ] = None

    @model_validator(mode="after")
    def _complete(self) -> WsSecurity:
        self._check(self.authentication)
        return self


class Version(Enum):
    """Of SOAP."""

    SOAP_1_1 = "1.1"
    SOAP_1_2 = "1.2"


class SoapVersion(ConnectorModel):
    """The protocol's version, and what 1.1 has in an HTTP header."""

    version: Annotated[Version, Property(group="message", label="SOAP version")] = Version.SOAP_1_1
    soap_action: Annotated[
        str | None, Property(group="message", label="SOAPAction", when=Equals("soapVersion.version", "1.1"))
    ] = None


class Nothing(ConnectorModel):
    """None"""

    type: Literal["none"]


class Template(ConnectorModel):
    """XML template"""

    type: Literal["template"]
    template: Annotated[str, Property(kind="Text", description="XML with {{names}} of the context (Mustache)")]
    context: Annotated[dict[str, Any] | None, Property(feel="required")] = None


class Json(ConnectorModel):
    """JSON"""

    type: Literal["json"]
    json_: Annotated[
        dict[str, Any],
        Field(alias="json"),
        Property(label="JSON", feel="required", description="@name: an attribute; $content: the text"),
    ]


class SoapRequest(ConnectorModel):
    """The inputs of Camunda's SOAP template."""

    service_url: Annotated[HttpUrl, Property(group="connection", label="Service URL")]
    authentication: WsSecurity = WsSecurity()
    soap_version: SoapVersion = SoapVersion()
    header: Annotated[
        Template | Json | Nothing | None, OneOf, Property(group="message", label="SOAP header", default="none")
    ] = None
    body: Annotated[Template | Json | None, OneOf, Property(group="message", label="SOAP body", default="json")] = None
    namespaces: Annotated[
        dict[str, str] | None, Property(group="message", description="Prefixes and what they stand for")
    ] = None
    connection_timeout_in_seconds: Annotated[
        Int32, Property(group="timeout", label="Time-out in seconds", description="0: no limit")
    ] = 20
