"""E-mail."""

from collections.abc import Callable
from typing import Any

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Peers, Row

LOGIN = {"type": "simple", "username": "alice", "password": SECRET_REFERENCE}
MAIL = {"from": "a@example.com", "to": "b@example.com", "subject": "S", "body": "B"}
NOWHERE = "127.0.0.1:9"


def sending(place: str = NOWHERE, encryption: str = "NONE", **mail: Any) -> dict[str, Any]:
    """A task that sends a mail, right but for what is given."""
    host, _, port = place.partition(":")
    config = {"smtpHost": host, "smtpPort": port, "smtpCryptographicProtocol": encryption}
    data = {"smtpConfig": config, "smtpActionDiscriminator": "sendEmailSmtp", "smtpAction": {**MAIL, **mail}}
    return {"authentication": LOGIN, "protocol": "smtp", "data": data}


def mailbox(protocol: str, operation: str, place: str = NOWHERE, **action: Any) -> dict[str, Any]:
    """A task on a mailbox, right but for what is given."""
    host, _, port = place.partition(":")
    config = {f"{protocol}Host": host, f"{protocol}Port": port, f"{protocol}CryptographicProtocol": "SSL"}
    data = {f"{protocol}Config": config, f"{protocol}ActionDiscriminator": operation, f"{protocol}Action": action}
    return {"authentication": LOGIN, "protocol": protocol, "data": data}


def at(place: Callable[[Peers], str], protocol: str) -> Callable[[Peers], dict[str, Any]]:
    """A task that is right but for what answers it."""
    if protocol == "smtp":
        return lambda peers: sending(place(peers), "SSL")
    return lambda peers: mailbox(protocol, f"listEmails{protocol.capitalize()}", place(peers))


ROWS = (
    Row("missing", {**sending(), "authentication": None}, "authentication: Validation failed", retries=0),
    Row("missing", {**sending(), "data": {}}, "smtpConfig must not be null", retries=0),
    Row("missing", sending(to=None), "data.smtpAction.to: Validation failed", retries=0),
    Row("missing", mailbox("imap", "readEmailImap"), "messageId must not be blank", retries=0),
    Row("missing", mailbox("pop3", "deleteEmailPop3", messageId=" "), "messageId must not be blank", retries=0),
    Row("wrong type", {**sending(), "protocol": "x400"}, "protocol: Validation failed", retries=0),
    Row("wrong type", sending("host:port"), "smtpPort: Validation failed", retries=0),
    Row("wrong type", mailbox("imap", "eatEmailImap"), "imapActionDiscriminator: Validation failed", retries=0),
    *(
        Row("unreachable host", at(lambda peers: peers.closed, name), "no answer from 127.0.0.1", "CONNECTION_FAILED")
        for name in ("smtp", "imap", "pop3")
    ),
    Row(
        "refused credentials",
        lambda peers: sending(peers.server("smtp")),
        "refused the login: 5.7.8 Authentication credentials invalid",
        "AUTHENTICATION_FAILED",
    ),
    *(
        Row("refused certificate", at(lambda peers: peers.untrusted, name), "no TLS connection", "SSL_HANDSHAKE_FAILED")
        for name in ("smtp", "imap", "pop3")
    ),
    Row(
        "too large",
        lambda peers: {**sending(peers.server("smtp"), body="x" * 300_000), "authentication": {"type": "noAuth"}},
        "552 ",
        "552",
    ),
)
