"""The properties of the generic webhook templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.authorization.apikey import DEFAULT_LOCATOR, ApiKeyAuthorization
from connector_sdk.inbound.authorization.basic import BasicAuthorization
from connector_sdk.inbound.authorization.jwt import JwtAuthorization
from connector_sdk.inbound.authorization.keys import KeySet
from connector_sdk.inbound.authorization.scheme import Authorization
from connector_sdk.inbound.properties import Properties
from connector_sdk.inbound.signatures.hmac import ALGORITHMS, HmacSignature
from connector_sdk.inbound.signatures.scheme import SignatureScheme
from connector_sdk.inbound.signatures.schemes import SCHEMES, SCHEMES_BY_HEADER

METHODS = ("any", "get", "head", "post", "put", "delete")
DEFAULT_SCOPES = ("body",)


@dataclass(frozen=True, slots=True, repr=False)
class Webhook:
    """`inbound.method`, the HMAC and the authorization that the model asks for."""

    method: str
    signature: SignatureScheme | None
    authorization: Authorization | None

    @classmethod
    def read(cls, properties: Properties) -> Webhook:
        """Raises ConnectorInputError for what cannot work."""
        if properties.text("responseBodyExpression"):
            raise ConnectorInputError(
                "inbound.responseBodyExpression is gone since 8.10: use inbound.responseExpression"
            )
        kind = properties.choice("auth.type", _AUTHORIZATIONS, "NONE")
        return cls(
            method=properties.choice("method", METHODS, "any"),
            signature=_signature(properties),
            authorization=_AUTHORIZATIONS[kind](properties),
        )


def _signature(properties: Properties) -> SignatureScheme | None:
    """A vendor's scheme by its name, or the template's HMAC; its header may be one that only a vendor's scheme has."""
    with_hmac = properties.choice("shouldValidateHmac", ("enabled", "disabled"), "disabled") == "enabled"
    if properties.value("signature") is not None:
        if with_hmac:
            raise ConnectorInputError("inbound.signature.scheme and the template's HMAC are both there: choose one")
        secrets = [properties.text(f"signature.{name}") for name in ("secret", "previousSecret")]
        scheme = properties.choice("signature.scheme", SCHEMES, "")
        return SCHEMES[scheme](*(secrets if secrets[1] else secrets[:1]))
    if not with_hmac:
        return None
    vendors = SCHEMES_BY_HEADER.get(properties.text("hmacHeader").strip().lower())
    return SCHEMES[vendors](properties.text("hmacSecret")) if vendors else _hmac(properties)


def _hmac(properties: Properties) -> HmacSignature:
    return HmacSignature(
        secret=properties.text("hmacSecret"),
        header=properties.text("hmacHeader"),
        algorithm=properties.choice("hmacAlgorithm", ALGORITHMS, "sha_256"),
        scopes=frozenset(scope.lower() for scope in properties.texts("hmacScopes") or DEFAULT_SCOPES),
    )


def _basic(properties: Properties) -> Authorization:
    return BasicAuthorization(_credential(properties, "auth.username"), _credential(properties, "auth.password"))


def _api_key(properties: Properties) -> Authorization:
    locator = properties.text("auth.apiKeyLocator", DEFAULT_LOCATOR)
    return ApiKeyAuthorization(_credential(properties, "auth.apiKey"), locator)


def _credential(properties: Properties, name: str) -> str:
    found = properties.text(name)
    if not found:
        raise ConnectorInputError(f"inbound.{name} is empty: without it anybody could log in")
    return found


def _jwt(properties: Properties) -> Authorization:
    address = properties.text("auth.jwt.jwkUrl")
    if not address.startswith(("https://", "http://")):
        raise ConnectorInputError("inbound.auth.jwt.jwkUrl is not the http:// or https:// address of a key set")
    required = frozenset(one for one in properties.texts("auth.jwt.requiredPermissions") or () if one.strip())
    permissions = properties.text("auth.jwt.permissionsExpression")
    if required and not permissions:
        raise ConnectorInputError("inbound.auth.jwt.permissionsExpression is empty: where are the permissions?")
    return JwtAuthorization(KeySet(address), permissions, required)


_AUTHORIZATIONS: dict[str, Callable[[Properties], Authorization | None]] = {
    "NONE": lambda _: None,
    "BASIC": _basic,
    "APIKEY": _api_key,
    "JWT": _jwt,
}
