"""How a task proves who it is: the authentications of Camunda's HTTP templates, as models that connectors share."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import Field

from connector_sdk.binding import ConnectorModel, HttpUrl, NotEmpty, OneOf, Secret
from connector_sdk.template import Property

_TOKEN_ENDPOINT = Property(label="OAuth 2.0 token endpoint")
_CLIENT_AUTHENTICATION = Property(
    choices={"credentialsBody": "Client credentials in the body", "basicAuthHeader": "Basic header"},
    default="credentialsBody",
)


class NoAuthentication(ConnectorModel):
    """None"""

    type: Literal["noAuth"]


class BasicAuthentication(ConnectorModel):
    """Basic"""

    type: Literal["basic"]
    username: NotEmpty
    password: Annotated[str | None, Field(repr=False)] = None


class BearerAuthentication(ConnectorModel):
    """Bearer token"""

    type: Literal["bearer"]
    token: Annotated[Secret, Property(label="Bearer token")]


class ApiKeyLocation(Enum):
    """Where an API key goes."""

    QUERY = "query"
    HEADERS = "headers"


class ApiKeyAuthentication(ConnectorModel):
    """API key"""

    type: Literal["apiKey"]
    api_key_location: Annotated[ApiKeyLocation, Property(default="headers")]
    name: Annotated[NotEmpty, Property(label="API key name")]
    value: Annotated[Secret, Property(label="API key value")]


class OAuthClientCredentials(ConnectorModel):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4)"""

    type: Literal["oauth-client-credentials-flow"]
    oauth_token_endpoint: Annotated[HttpUrl, _TOKEN_ENDPOINT]
    client_id: NotEmpty
    client_secret: Secret
    audience: str | None = None
    client_authentication: Annotated[NotEmpty, _CLIENT_AUTHENTICATION]
    scopes: str | None = None


class OAuthRefreshToken(ConnectorModel):
    """OAuth 2.0 refresh token (RFC 6749, section 6)"""

    type: Literal["oauth-refresh-token"]
    oauth_token_endpoint: Annotated[HttpUrl, _TOKEN_ENDPOINT]
    client_id: NotEmpty
    client_secret: Annotated[str | None, Field(repr=False)] = None
    refresh_token: Secret
    scopes: str | None = None


Authentication = Annotated[
    NoAuthentication
    | BasicAuthentication
    | BearerAuthentication
    | ApiKeyAuthentication
    | OAuthClientCredentials
    | OAuthRefreshToken,
    OneOf,
]


class AuthenticationConfiguration(ConnectorModel):
    """A credential of the cluster (8.10): takes the place of the task's own authentication, and may know the URL."""

    authentication: Authentication
    url: str | None = None


def with_shared_url(place: Mapping[str, Any], members: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a task has where its URL belongs, with the URL of its configuration if it has none itself.

    `members` are all inputs of the task. The templates call the task's own URL an override (8.10).
    """
    shared, own = members.get("authenticationConfiguration"), place.get("url")
    is_given = bool(own.strip()) if isinstance(own, str) else own is not None
    if is_given or not isinstance(shared, Mapping) or not shared.get("url"):
        return place
    return {**place, "url": shared["url"]}
