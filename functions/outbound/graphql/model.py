"""What a GraphQL task asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

from pydantic import Field, model_validator

from connector_sdk.binding import NEWER, ConnectorModel, HttpUrl, Int32, NotBlank
from connector_sdk.http.authentication import Authentication, AuthenticationConfiguration, with_shared_url
from connector_sdk.http.return_format import DocumentReturnFormat
from connector_sdk.template import Property

QUERY = "query Order($id: ID!) { order(id: $id) { status } }"


class Method(Enum):
    """How the operation is sent: in the body, or in the URL."""

    POST = "post"
    GET = "get"


class OlderAuthentication(ConnectorModel):
    """Where the templates before version 4 (8.4) write a bearer token."""

    token: Annotated[str | None, Field(repr=False)] = None


class GraphQl(ConnectorModel):
    """The operation, and where it is sent to."""

    method: Annotated[Method, Property(group="endpoint", default="post")]
    url: Annotated[HttpUrl, Property(group="endpoint", label="URL", example="https://api.example.com/graphql")]
    headers: Annotated[dict[str, str | None] | None, Property(group="endpoint")] = None
    query: Annotated[NotBlank, Property(group="graphql", label="Query or mutation", kind="Text", example=QUERY)]
    variables: Annotated[dict[str, Any] | None, Property(group="graphql", example='{id: "7"}')] = None
    connection_timeout_in_seconds: Annotated[Int32, Property(group="timeout", description="0: no limit")] = 20
    read_timeout_in_seconds: Annotated[Int32, Property(group="timeout", description="0: no limit")] = 20
    store_response: Annotated[bool, Property(offered=False)] = False
    authentication: Annotated[OlderAuthentication | None, Property(offered=False)] = None


class GraphQlRequest(ConnectorModel):
    """The inputs of all GraphQL templates since 8.2."""

    authentication_configuration: Annotated[AuthenticationConfiguration | None, NEWER, Property(offered=False)] = None
    authentication: Annotated[
        Authentication | None, Property(label="Type", group="authentication", default="noAuth")
    ] = None
    graphql: GraphQl
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
        """With what stands elsewhere: the credential's URL if the task has none, an older template's token."""
        graphql = members.get("graphql") if isinstance(members, Mapping) else None
        if not isinstance(graphql, Mapping):
            return members
        found = dict(members)
        own, older = (
            part if isinstance(part, Mapping) else {}
            for part in (found.get("authentication"), graphql.get("authentication"))
        )
        found["graphql"] = with_shared_url(graphql, found)
        if own.get("type") == "bearer" and not own.get("token") and older.get("token"):
            found["authentication"] = {**own, "token": older["token"]}
        return found
