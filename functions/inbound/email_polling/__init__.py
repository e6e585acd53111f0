"""E-mail polling, `io.camunda:connector-email-inbound:1`: the mails of a mailbox."""
