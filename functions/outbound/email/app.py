"""E-mail: send over SMTP; list, search, read, delete and move over IMAP; all but moving over POP3."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.mail.imap import logged_in
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.email import connection, imap
from functions.outbound.email.actions import ImapAction, Pop3Action
from functions.outbound.email.model import EmailRequest, Protocol


@outbound_connector(
    type="io.camunda:email:1",
    name="E-mail",
    template=ElementTemplate(
        "io.serverless-connectors.email.v1",
        version=1,
        groups={
            "operation": "Operation",
            "authentication": "Authentication",
            "server": "Server",
            "action": "E-mail",
        },
        keywords=("e-mail", "mail", "SMTP", "IMAP", "POP3", "inbox"),
    ),
)
def handler(request: EmailRequest, context: JobContext) -> Any:
    """Send, list, search, read, delete and move e-mails."""
    allowed = context.settings.allow_addresses
    if request.protocol is Protocol.SMTP:
        from functions.outbound.email.smtp import sent  # each start would pay for it, and most of them read

        now = datetime.fromtimestamp(context.clock.time_ms() / 1000, UTC)
        with connection.smtp(request.server, request.login, allowed) as sending:
            return None if request.data.smtp_action is None else sent(sending, request.data.smtp_action, now)
    if request.login is None:
        raise ConnectorInputError("A mailbox has to be opened with a user name and a password")
    data = request.data
    if data.imap_action_discriminator is not None and request.protocol is Protocol.IMAP:
        with logged_in(request.server, request.login, allowed) as mailbox:
            operate = imap.OPERATIONS[data.imap_action_discriminator]
            return operate(mailbox, data.imap_action or ImapAction(), context)
    if data.pop3_action_discriminator is not None:
        from functions.outbound.email import pop3

        with connection.pop3(request.server, request.login, allowed) as maildrop:
            find = pop3.OPERATIONS[data.pop3_action_discriminator]
            return find(pop3.Maildrop(maildrop), data.pop3_action or Pop3Action(), context)
    return None
