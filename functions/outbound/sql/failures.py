"""What goes wrong with a database, in Camunda's words where it has some."""

from __future__ import annotations

import ssl

from connector_sdk.errors import ConnectorError
from functions.outbound.sql.target import Target

MAX_ROWS = 100_000
"""Of a result: they are held all at once, and a process takes far fewer."""


def not_connected(target: Target, said: str, *, credentials_refused: bool = False) -> ConnectorError:
    """The database was not reached, or did not let us in."""
    message = f"Cannot create the Database connection: {target}: {said}"
    return ConnectorError(None, message, credentials_refused=credentials_refused)


def not_executed(query: str, said: str) -> ConnectorError:
    """The database did not do what the query says."""
    return ConnectorError(None, f"Error while executing the query [{query}]: {said}")


def too_many_rows(query: str) -> ConnectorError:
    """The result has more than MAX_ROWS."""
    return not_executed(query, f"more than {MAX_ROWS} rows: narrow the query down, with WHERE or LIMIT")


def no_tls(error: ssl.SSLError) -> str:
    """Why there is no TLS: what is wrong with the certificate, if that is it."""
    return f"no TLS connection: {getattr(error, 'verify_message', '') or error.reason}"
