"""What an e-mail task asks for: a protocol, an operation of it, a server and a login."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from connector_sdk.binding import NEWER, ConnectorModel, Int32, NotBlank, NotEmpty, OneOf, Secret
from connector_sdk.mail.server import Encryption, Login, Server
from connector_sdk.template import Equals, Property
from functions.outbound.email.actions import ImapAction, ImapOperation, Pop3Action, Pop3Operation, SmtpAction

SMTP, IMAP, POP3 = (Equals("protocol", name) for name in ("smtp", "imap", "pop3"))


class Protocol(Enum):
    """What the server speaks."""

    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"


PROTOCOLS = {"smtp": "SMTP: send", "imap": "IMAP: a mailbox", "pop3": "POP3: a mailbox"}


PORTS = {Protocol.SMTP: 587, Protocol.IMAP: 993, Protocol.POP3: 995}


class SmtpConfig(ConnectorModel):
    """The server for sending."""

    smtp_host: Annotated[NotBlank, Property(label="SMTP host", required=True, example="smtp.example.com")]
    smtp_port: Annotated[Int32, Property(label="SMTP port", required=True, default=587)]
    smtp_cryptographic_protocol: Annotated[Encryption, Property(label="Encryption", default="TLS")]


class ImapConfig(ConnectorModel):
    """The server of a mailbox."""

    imap_host: Annotated[NotBlank, Property(label="IMAP host", required=True, example="imap.example.com")]
    imap_port: Annotated[Int32, Property(label="IMAP port", required=True, default=993)]
    imap_cryptographic_protocol: Annotated[Encryption, Property(label="Encryption", default="TLS")]


class Pop3Config(ConnectorModel):
    """The server of a mailbox."""

    pop3_host: Annotated[NotBlank, Property(label="POP3 host", required=True, example="pop.example.com")]
    pop3_port: Annotated[Int32, Property(label="POP3 port", required=True, default=995)]
    pop3_cryptographic_protocol: Annotated[Encryption, Property(label="Encryption", default="TLS")]


class Data(ConnectorModel):
    """Operations, their inputs and the servers; those of the protocol count."""

    smtp_config: Annotated[SmtpConfig | None, Property(group="server", when=SMTP)] = None
    imap_config: Annotated[ImapConfig | None, Property(group="server", when=IMAP)] = None
    pop3_config: Annotated[Pop3Config | None, Property(group="server", when=POP3)] = None
    smtp_action_discriminator: Annotated[Literal["sendEmailSmtp"] | None, Property(offered=False)] = None
    imap_action_discriminator: Annotated[
        ImapOperation | None,
        Property(label="Operation", group="operation", when=IMAP, required=True, default="listEmailsImap"),
    ] = None
    pop3_action_discriminator: Annotated[
        Pop3Operation | None,
        Property(label="Operation", group="operation", when=POP3, required=True, default="listEmailsPop3"),
    ] = None
    smtp_action: Annotated[SmtpAction | None, Property(group="action", when=SMTP)] = None
    imap_action: Annotated[ImapAction | None, Property(group="action", when=IMAP)] = None
    pop3_action: Annotated[Pop3Action | None, Property(group="action", when=POP3)] = None

    def refusal(self, protocol: Protocol, *, has_account: bool) -> str:
        """What a protocol lacks; empty if nothing."""
        name = protocol.value
        if not has_account and getattr(self, f"{name}_config") is None:
            return f"{name}Config must not be null"
        if protocol is Protocol.SMTP:
            return "" if self.smtp_action else "smtpAction must not be null"
        operation, action = getattr(self, f"{name}_action_discriminator"), getattr(self, f"{name}_action")
        if operation is None:
            return f"{name}ActionDiscriminator must not be null"
        return (action or (ImapAction() if protocol is Protocol.IMAP else Pop3Action())).refusal(operation)


class SimpleAuthentication(ConnectorModel):
    """User name and password"""

    type: Literal["simple"]
    username: NotEmpty
    password: Secret


class NoAuthentication(ConnectorModel):
    """None"""

    type: Literal["noAuth"]


class EmailAccount(ConnectorModel):
    """A credential of the cluster (8.10): login and servers in one."""

    username: NotBlank
    password: Secret
    smtp_host: str | None = None
    smtp_port: Int32 = PORTS[Protocol.SMTP]
    smtp_cryptographic_protocol: Encryption = Encryption.TLS
    imap_host: str | None = None
    imap_port: Int32 = PORTS[Protocol.IMAP]
    imap_cryptographic_protocol: Encryption = Encryption.TLS
    pop3_host: str | None = None
    pop3_port: Int32 = PORTS[Protocol.POP3]
    pop3_cryptographic_protocol: Encryption = Encryption.TLS


class EmailRequest(ConnectorModel):
    """The inputs of all e-mail templates since 8.6."""

    email_account_configuration: Annotated[EmailAccount | None, NEWER, Property(offered=False)] = None
    protocol: Annotated[Protocol, Property(group="operation", choices=PROTOCOLS, default="smtp")]
    authentication: Annotated[
        SimpleAuthentication | NoAuthentication | None,
        OneOf,
        Property(label="Type", group="authentication", default="simple", required=True),
    ] = Field(default=None, validate_default=True)
    data: Data

    @property
    def login(self) -> Login | None:
        """User and password, if there is a login."""
        account = self.email_account_configuration or self.authentication
        return (
            None if account is None or isinstance(account, NoAuthentication) else (account.username, account.password)
        )

    @property
    def server(self) -> Server:
        """That of the account, or that of the task."""
        name = self.protocol.value
        place = self.email_account_configuration or getattr(self.data, f"{name}_config")
        parts = (f"{name}_host", f"{name}_port", f"{name}_cryptographic_protocol")
        host, port, encryption = (getattr(place, part) for part in parts)
        return Server(str(host).strip(), port, encryption)

    @model_validator(mode="before")
    @classmethod
    def _effective(cls, members: Any) -> Any:
        """With an account, what stands in the task's own fields does not count, not even to be refused."""
        if not isinstance(members, Mapping) or not members.get("emailAccountConfiguration"):
            return members
        data = members.get("data")
        if isinstance(data, Mapping):
            data = {name: part for name, part in data.items() if not name.endswith("Config")}
        return {**members, "authentication": {"type": "noAuth"}, "data": data}

    @field_validator("authentication")
    @classmethod
    def _given(cls, authentication: Any) -> Any:
        if authentication is None:
            raise PydanticCustomError("not_null", "must not be null")
        return authentication

    @field_validator("data")
    @classmethod
    def _complete(cls, data: Data, info: ValidationInfo) -> Data:
        protocol, account = info.data.get("protocol"), info.data.get("email_account_configuration")
        if protocol is None:
            return data
        refusal = data.refusal(protocol, has_account=account is not None)
        if account is not None and not (getattr(account, f"{protocol.value}_host") or "").strip():
            refusal = f"the account has no {protocol.value}Host"
        if refusal:
            raise PydanticCustomError("incomplete", "{refusal}", {"refusal": refusal})
        return data
