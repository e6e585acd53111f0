"""What a REST task asks for."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from connector_sdk.binding import NEWER, ConnectorModel, HttpUrl, Int32
from connector_sdk.http.authentication import Authentication
from connector_sdk.http.tls import ClientTls
from connector_sdk.template import Property


class Method(Enum):
    """In the order of Camunda's enumeration: a task may give the position instead of the name."""

    POST = "POST"
    GET = "GET"
    DELETE = "DELETE"
    PATCH = "PATCH"
    PUT = "PUT"


class AuthenticationConfiguration(ConnectorModel):
    """A configuration of the cluster (8.10): takes the place of the task's own authentication."""

    authentication: Authentication


class ReturnChoice(Enum):
    """What becomes of the response's body."""

    JSON = "JSON"
    TEXT = "TEXT"
    DOCUMENT = "DOCUMENT"


class DocumentReturnFormat(ConnectorModel):
    """The newest templates say what they expect (8.10); the older ones leave it to the body."""

    choice: ReturnChoice | None = None
    encoding: str = "UTF-8"


class HttpJsonRequest(ConnectorModel):
    """The inputs of all REST templates since 8.2; what an older one does not have is left at its default."""

    authentication: Annotated[Authentication | None, Property(group="authentication")] = None
    authentication_configuration: Annotated[
        AuthenticationConfiguration | None, NEWER, Property(group="authentication")
    ] = None
    method: Annotated[Method, Property(group="endpoint")]
    url: Annotated[HttpUrl, Property(label="URL", group="endpoint", example="https://api.example.com/orders")]
    headers: Annotated[dict[str, str | None] | None, Property(group="endpoint")] = None
    query_parameters: Annotated[dict[str, str | None] | None, Property(group="endpoint")] = None
    skip_encoding: Annotated[str | None, Property(group="endpoint")] = None
    follow_redirects: Annotated[bool, NEWER, Property(group="endpoint")] = False
    connection_timeout_in_seconds: Annotated[Int32, Property(group="timeout")] = 20
    read_timeout_in_seconds: Annotated[Int32, Property(group="timeout")] = 20
    client_tls: Annotated[ClientTls | None, NEWER, Property(group="endpoint")] = None
    body: Annotated[Any, Property(group="payload")] = None
    ignore_null_values: Annotated[bool, Property(group="payload")] = False
    store_response: Annotated[bool, Property(group="endpoint")] = False
    document_return_format: Annotated[DocumentReturnFormat | None, NEWER, Property(group="output")] = None

    @property
    def proof(self) -> Authentication | None:
        """The authentication that counts."""
        if self.authentication_configuration is not None:
            return self.authentication_configuration.authentication
        return self.authentication

    @property
    def returns(self) -> ReturnChoice | None:
        """What the body shall be returned as; None: JSON if it is an object or a list, else text."""
        chosen = self.document_return_format and self.document_return_format.choice
        return chosen or (ReturnChoice.DOCUMENT if self.store_response else None)
