"""The properties of the e-mail templates for events."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.properties import Properties
from connector_sdk.mail.server import Encryption, Login, Server
from connector_sdk.template import Equals, Pattern, Property

GROUPS = {"authentication": "Authentication", "server": "Server", "mailbox": "Mailbox", "handling": "After processing"}
UNSEEN, ALL = "unseenPollingConfig", "allPollingConfig"
Handling = Literal["READ", "DELETE", "MOVE"]
HANDLINGS: tuple[Handling, ...] = ("READ", "DELETE", "MOVE")
DEFAULT_WAIT = "PT20S"
INBOX = "INBOX"
USER_CHARACTERS = 12

PROPERTIES = {
    "authentication.type": Property(
        label="Type", group="authentication", choices={"simple": "User name and password"}, default="simple"
    ),
    "authentication.username": Property(group="authentication", required=True),
    "authentication.password": Property(group="authentication", required=True, secret=True),
    "data.imapConfig.imapHost": Property(
        label="IMAP host", group="server", feel="optional", required=True, example="imap.example.com"
    ),
    "data.imapConfig.imapPort": Property(
        label="IMAP port", group="server", feel="optional", required=True, default="993"
    ),
    "data.imapConfig.imapCryptographicProtocol": Property(
        label="Encryption", group="server", choices={"TLS": "TLS", "SSL": "SSL", "NONE": "None"}, default="TLS"
    ),
    "data.folderToListen": Property(
        label="Folder", group="mailbox", feel="optional", description="Empty: INBOX; levels have dots between them"
    ),
    "data.pollingWaitTime": Property(
        label="Interval",
        group="mailbox",
        description="Between two looks into the mailbox, as an ISO 8601 duration",
        required=True,
        default=DEFAULT_WAIT,
        pattern=Pattern("^P.*$", "Must be an ISO 8601 duration, such as PT20S"),
    ),
    "data.pollingConfigDiscriminator": Property(
        label="Mails", group="mailbox", choices={UNSEEN: "Those that nobody has read", ALL: "All"}, default=UNSEEN
    ),
    "data.pollingConfig.handlingStrategy": Property(
        label="What becomes of a mail",
        group="handling",
        description="When the engine has it, or nobody wants it; where all mails count, it has to go",
        choices={"READ": "It is marked as read", "DELETE": "It is deleted", "MOVE": "It is moved"},
        default="READ",
    ),
    "data.pollingConfig.targetFolder": Property(
        label="Folder to move to",
        group="handling",
        required=True,
        when=Equals("data.pollingConfig.handlingStrategy", "MOVE"),
    ),
}
FEEL = frozenset({"data.imapConfig.imapHost", "data.imapConfig.imapPort", "data.folderToListen"})


@dataclass(frozen=True, slots=True, repr=False)
class Listened:
    """A folder of a mailbox, which mails of it count, and what becomes of them."""

    server: Server
    login: Login
    folder: str
    interval_ms: int
    unseen: bool
    handling: Handling
    target: str

    @classmethod
    def read(cls, properties: Properties) -> Listened:
        """Raises ConnectorInputError for what cannot work."""
        properties.refuse_configuration("emailAccountConfiguration", "the authentication and the server")
        properties.choice("authentication.type", ("simple",), "simple")
        found = cls(
            server=_server(properties),
            login=(properties.required("authentication.username"), properties.required("authentication.password")),
            folder=properties.text("data.folderToListen").strip() or INBOX,
            interval_ms=properties.interval_ms("data.pollingWaitTime", DEFAULT_WAIT),
            unseen=properties.choice("data.pollingConfigDiscriminator", (UNSEEN, ALL), UNSEEN) == UNSEEN,
            handling=_handling(properties),
            target=properties.text("data.pollingConfig.targetFolder").strip(),
        )
        found._check()
        return found

    @property
    def source(self) -> str:
        """Mailbox and folder, and what is done there: elements that do different things do not share a look.

        The user is a digest in it: the name may be a secret, and a source stands in logs and tables.
        """
        user = sha256(self.login[0].encode()).hexdigest()[:USER_CHARACTERS]
        mails, target = "unseen" if self.unseen else "all", self.target if self.handling == "MOVE" else ""
        return f"imap:{user}@{self.server}/{self.folder}:{mails}:{self.handling.lower()}{target and ':' + target}"

    def _check(self) -> None:
        if self.handling == "MOVE" and not self.target:
            raise ConnectorInputError("property data.pollingConfig.targetFolder is missing: mails are to be moved")
        if self.handling == "MOVE" and self.target.lower() == self.folder.lower():
            raise ConnectorInputError(f"mails cannot be moved to {self.target}: it is the folder that they come from")
        if self.handling == "READ" and not self.unseen:
            raise ConnectorInputError(
                "property data.pollingConfig.handlingStrategy is READ, and read mails are polled as well: each would "
                "come again and again; choose DELETE or MOVE, or poll unseen mails"
            )


def _server(properties: Properties) -> Server:
    known = [one.value for one in Encryption]
    return Server(
        host=properties.required("data.imapConfig.imapHost").strip(),
        port=properties.port("data.imapConfig.imapPort"),
        encryption=Encryption(properties.choice("data.imapConfig.imapCryptographicProtocol", known, "TLS")),
    )


def _handling(properties: Properties) -> Handling:
    name = "data.pollingConfig.handlingStrategy"
    chosen = properties.choice(name, HANDLINGS, properties.required(name))
    return next(one for one in HANDLINGS if one == chosen)
