"""What an HTTP polling element asks for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from connector_sdk.binding import NEWER, ConnectorModel, HttpUrl, Int32
from connector_sdk.http.authentication import Authentication
from connector_sdk.template import Equals, Pattern, Property

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
GROUPS = {
    "authentication": "Authentication",
    "endpoint": "HTTP endpoint",
    "timeout": "Time-outs",
    "payload": "Request body",
    "polling": "Polling",
}
_BASIC = Equals("authentication.type", "basic")
_BEARER = Equals("authentication.type", "bearer")
_API_KEY = Equals("authentication.type", "apiKey")
_OAUTH = Equals("authentication.type", "oauth-client-credentials-flow")
_DURATION = Pattern("^(=.*|P.*)$", "Must be an ISO 8601 duration, such as PT50S")
_WITH_BODY = Equals("method", "POST", "PUT", "PATCH")

PROPERTIES = {
    "authentication.type": Property(
        label="Type",
        group="authentication",
        choices={
            "noAuth": "None",
            "apiKey": "API key",
            "basic": "Basic",
            "bearer": "Bearer token",
            "oauth-client-credentials-flow": "OAuth 2.0 client credentials",
        },
        default="noAuth",
    ),
    "authentication.apiKeyLocation": Property(
        label="API key location",
        group="authentication",
        choices={"headers": "Headers", "query": "Query parameters"},
        default="headers",
        when=_API_KEY,
    ),
    "authentication.name": Property(label="API key name", group="authentication", required=True, when=_API_KEY),
    "authentication.value": Property(
        label="API key value", group="authentication", required=True, secret=True, when=_API_KEY
    ),
    "authentication.username": Property(group="authentication", required=True, when=_BASIC),
    "authentication.password": Property(group="authentication", required=True, secret=True, when=_BASIC),
    "authentication.token": Property(
        label="Bearer token", group="authentication", required=True, secret=True, when=_BEARER
    ),
    "authentication.oauthTokenEndpoint": Property(
        label="OAuth 2.0 token endpoint", group="authentication", required=True, when=_OAUTH
    ),
    "authentication.clientId": Property(label="Client ID", group="authentication", required=True, when=_OAUTH),
    "authentication.clientSecret": Property(group="authentication", required=True, secret=True, when=_OAUTH),
    "authentication.audience": Property(group="authentication", when=_OAUTH),
    "authentication.clientAuthentication": Property(
        group="authentication",
        choices={"basicAuthHeader": "Basic Auth header", "credentialsBody": "In the body"},
        default="basicAuthHeader",
        when=_OAUTH,
    ),
    "authentication.scopes": Property(group="authentication", when=_OAUTH),
    "method": Property(group="endpoint", choices={name: name for name in METHODS}, default="GET"),
    "url": Property(
        label="URL", group="endpoint", feel="optional", required=True, example="https://api.example.com/orders"
    ),
    "headers": Property(group="endpoint", feel="required"),
    "queryParameters": Property(group="endpoint", feel="required"),
    "followRedirects": Property(group="endpoint", kind="Boolean", default=False),
    "connectionTimeoutInSeconds": Property(
        label="Connection time-out in seconds", group="timeout", feel="optional", default="20", required=True
    ),
    "readTimeoutInSeconds": Property(
        label="Read time-out in seconds", group="timeout", feel="optional", default="20", required=True
    ),
    "body": Property(label="Request body", group="payload", kind="Text", feel="optional", when=_WITH_BODY),
    "httpRequestInterval": Property(
        label="Interval",
        group="polling",
        description="Between two requests for one instance, as an ISO 8601 duration; expressions see its variables",
        feel="optional",
        default="PT50S",
        required=True,
        pattern=_DURATION,
    ),
    "processPollingInterval": Property(
        label="Look for instances",
        group="polling",
        description="How often new instances are looked for, as an ISO 8601 duration",
        default="PT5S",
        required=True,
        pattern=Pattern("^P.*$", "Must be an ISO 8601 duration, such as PT5S"),
    ),
}


class PollRequest(ConnectorModel):
    """The properties of the HTTP polling templates, evaluated."""

    authentication: Authentication | None = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: HttpUrl
    headers: dict[str, str | None] | None = None
    query_parameters: dict[str, str | None] | None = None
    skip_encoding: str | None = None
    follow_redirects: Annotated[bool, NEWER] = False
    connection_timeout_in_seconds: Int32 = 20
    read_timeout_in_seconds: Int32 = 20
    body: Any = None
