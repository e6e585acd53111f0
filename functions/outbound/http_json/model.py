"""What a REST task asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

from pydantic import model_validator

from connector_sdk.binding import NEWER, ConnectorModel, HttpUrl, Int32
from connector_sdk.http.authentication import Authentication, AuthenticationConfiguration, with_shared_url
from connector_sdk.http.return_format import DocumentReturnFormat
from connector_sdk.http.tls import ClientTls
from connector_sdk.template import Equals, Property

WITH_BODY = Equals("method", "POST", "PUT", "PATCH")


class Method(Enum):
    """In the order of Camunda's enumeration: a task may give the position instead of the name."""

    POST = "POST"
    GET = "GET"
    DELETE = "DELETE"
    PATCH = "PATCH"
    PUT = "PUT"


class HttpJsonRequest(ConnectorModel):
    """The inputs of all REST templates since 8.2; what an older one does not have is left at its default."""

    authentication: Annotated[
        Authentication | None, Property(label="Type", group="authentication", default="noAuth")
    ] = None
    authentication_configuration: Annotated[AuthenticationConfiguration | None, NEWER, Property(offered=False)] = None
    method: Annotated[Method, Property(group="endpoint", default="GET")]
    url: Annotated[HttpUrl, Property(group="endpoint", example="https://api.example.com/orders")]
    headers: Annotated[dict[str, str | None] | None, Property(group="endpoint")] = None
    query_parameters: Annotated[dict[str, str | None] | None, Property(group="endpoint")] = None
    skip_encoding: Annotated[str | None, Property(offered=False)] = None
    follow_redirects: Annotated[bool, NEWER, Property(group="endpoint")] = False
    connection_timeout_in_seconds: Annotated[Int32, Property(group="timeout", description="0: no limit")] = 20
    read_timeout_in_seconds: Annotated[Int32, Property(group="timeout", description="0: no limit")] = 20
    client_tls: Annotated[ClientTls | None, NEWER, Property(group="tls")] = None
    body: Annotated[Any, Property(label="Request body", group="payload", when=WITH_BODY)] = None
    ignore_null_values: Annotated[bool, Property(group="payload", when=WITH_BODY)] = False
    store_response: Annotated[bool, Property(offered=False)] = False
    document_return_format: Annotated[DocumentReturnFormat | None, NEWER, Property(group="response")] = None

    @property
    def proof(self) -> Authentication | None:
        """The authentication that counts."""
        if self.authentication_configuration is not None:
            return self.authentication_configuration.authentication
        return self.authentication

    @model_validator(mode="before")
    @classmethod
    def _effective(cls, members: Any) -> Any:
        return with_shared_url(members, members) if isinstance(members, Mapping) else members
