"""What a RabbitMQ task asks for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from connector_sdk.binding import ConnectorModel, NotBlank, NotNull, Secret
from connector_sdk.template import Equals, Pattern, Property

WITH_CREDENTIALS = Equals("authentication.authType", "credentials")
AMQP_URI = Pattern(r"^(=|(amqps?://|secrets|\{\{).*$)", "Must start with amqp(s):// or hold a secret's reference")


class UriAuthentication(ConnectorModel):
    """URI"""

    auth_type: Literal["uri"]
    uri: Annotated[
        Secret,
        AMQP_URI,
        Property(
            label="URI",
            example="amqps://user:{{secrets.RABBITMQ_PASSWORD}}@broker.example.com/vhost",
            description="With user name, password, host, port and virtual host",
        ),
    ]


class CredentialsAuthentication(ConnectorModel):
    """User name and password"""

    auth_type: Literal["credentials"]
    user_name: Annotated[NotBlank, Property(feel="optional")]
    password: Annotated[Secret, Property(example="{{secrets.RABBITMQ_PASSWORD}}")]


Authentication = Annotated[
    UriAuthentication | CredentialsAuthentication, Field(discriminator="auth_type"), Property(label="Connection type")
]


class Routing(ConnectorModel):
    """Where a message goes; host, port and virtual host count only without a URI."""

    exchange: Annotated[NotBlank, Property(group="routing")]
    routing_key: Annotated[NotBlank, Property(group="routing")]
    virtual_host: Annotated[str | None, Property(group="routing", when=WITH_CREDENTIALS, required=True)] = None
    host_name: Annotated[str | None, Property(group="routing", when=WITH_CREDENTIALS, required=True)] = None
    port: Annotated[
        int | None, Property(group="routing", when=WITH_CREDENTIALS, required=True, description="5672, mostly")
    ] = None


class Message(ConnectorModel):
    """What is sent."""

    properties: Annotated[
        dict[str, Any] | None,
        Property(
            group="message",
            kind="Text",
            feel="required",
            example='{contentType: "application/json", headers: {source: "orders"}}',
        ),
    ] = None
    body: Annotated[NotNull, Property(label="Message", group="message", kind="Text", feel="optional")]


class RabbitMqRequest(ConnectorModel):
    """The inputs of all RabbitMQ templates."""

    authentication: Annotated[Authentication, Property(group="authentication", default="uri")]
    routing: Routing
    message: Message

    @field_validator("routing")
    @classmethod
    def _complete(cls, routing: Routing, info: ValidationInfo) -> Routing:
        if isinstance(info.data.get("authentication"), CredentialsAuthentication):
            for name in ("virtual_host", "host_name", "port"):
                if getattr(routing, name) in (None, ""):
                    alias = Routing.model_fields[name].alias or name
                    raise PydanticCustomError("missing_part", "{name} must not be blank", {"name": alias})
        return routing
