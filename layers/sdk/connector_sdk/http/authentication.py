"""How a task proves who it is: the authentications of Camunda's HTTP templates, as models that connectors share."""

from __future__ import annotations

from base64 import b64encode
from enum import Enum
from typing import Annotated, Literal

from pydantic import Field

from connector_sdk.binding import ConnectorModel, HttpUrl, NotEmpty, OneOf, Secret

EMPTY_PASSWORD = "SPEC_PASSWORD_EMPTY_PATTERN"  # noqa: S105 - what templates write for a password that is empty


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
    token: Secret


class ApiKeyLocation(Enum):
    """Where an API key goes."""

    QUERY = "query"
    HEADERS = "headers"


class ApiKeyAuthentication(ConnectorModel):
    """API key"""

    type: Literal["apiKey"]
    api_key_location: ApiKeyLocation
    name: NotEmpty
    value: Secret


class OAuthClientCredentials(ConnectorModel):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4)"""

    type: Literal["oauth-client-credentials-flow"]
    oauth_token_endpoint: HttpUrl
    client_id: NotEmpty
    client_secret: Secret
    audience: str | None = None
    client_authentication: NotEmpty
    scopes: str | None = None


class OAuthRefreshToken(ConnectorModel):
    """OAuth 2.0 refresh token (RFC 6749, section 6)"""

    type: Literal["oauth-refresh-token"]
    oauth_token_endpoint: HttpUrl
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


def basic(username: str, password: str | None) -> str:
    """The Authorization header's value (RFC 7617)."""
    secret = "" if password in (None, EMPTY_PASSWORD) else password
    return "Basic " + b64encode(f"{username}:{secret}".encode()).decode()
