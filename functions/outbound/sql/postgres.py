"""PostgreSQL through pg8000, on a socket that we dialled."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pg8000.dbapi
from pg8000.core import DATA_ROW

from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import dialled
from functions.outbound.sql.answer import Result
from functions.outbound.sql.failures import MAX_ROWS, no_tls, not_connected, not_executed, too_many_rows
from functions.outbound.sql.placeholders import Form
from functions.outbound.sql.target import Target
from functions.outbound.sql.tls import Mode, Tls

FORM = Form(placeholder="${}".format)
PARAMETERS: Mapping[str, str] = {"currentschema": "search_path", "options": "options"}
"""JDBC's properties in lower case → what PostgreSQL calls them at the start of a session."""
INVALID_AUTHORIZATION = "28"
"""The class of the SQLSTATEs for a user or a password that is not known (PostgreSQL, appendix A)."""


@contextmanager
def session(target: Target, tls: Tls, allowed: Iterable[Network], dial: float, wait: float) -> Iterator[Any]:
    """A connection in which each statement is a transaction. `dial` and `wait` (for an answer) are in seconds."""
    connection = _connect(target, tls, allowed, dial, wait)
    try:
        yield connection
    finally:
        with suppress(pg8000.dbapi.Error, OSError):
            connection.close()


def _connect(target: Target, tls: Tls, allowed: Iterable[Network], dial: float, wait: float) -> Any:
    context = False if tls.mode is Mode.NONE else tls.context()
    try:
        sock = dialled(target.host, target.port, allowed, seconds=dial)
    except OSError as error:
        raise not_connected(target, error.strerror or str(error)) from error
    sock.settimeout(wait)
    try:
        return pg8000.dbapi.connect(
            user=target.user or "",
            host=target.host,
            database=target.name or target.user,
            password=target.password,
            ssl_context=context,
            startup_params=_startup(target.properties),
            sock=sock,
        )
    except ssl.SSLError as error:
        sock.close()
        raise not_connected(target, no_tls(error)) from error
    except (pg8000.dbapi.Error, OSError) as error:
        sock.close()
        refused = _sqlstate(error).startswith(INVALID_AUTHORIZATION)
        raise not_connected(target, said(error), credentials_refused=refused) from error


def _startup(properties: Mapping[str, str]) -> dict[str, str]:
    return {PARAMETERS[name.lower()]: value for name, value in properties.items() if name.lower() in PARAMETERS}


def execute(connection: Any, query: str, written: str, values: Sequence[Any]) -> Result:
    """Run one statement; `written` is the query as the task has it. Raises ConnectorError."""
    connection.message_types[DATA_ROW] = partial(_row, connection.handle_DATA_ROW, written)
    try:
        # Without values the simple protocol, which takes several statements, as JDBC does.
        done = connection.execute_unnamed(query, vals=values) if values else connection.execute_simple(query)
    except (pg8000.dbapi.Error, OSError) as error:
        raise not_executed(written, said(error)) from error
    labels = [str(column["name"]) for column in done.columns or ()]
    return Result(labels, done.rows or [], done.row_count)


def _row(keep: Callable[[bytes, Any], None], query: str, data: bytes, context: Any) -> None:
    """Take one row from the server. Raises ConnectorError at the one that is too many: the session is useless then."""
    if len(context.rows) >= MAX_ROWS:
        raise too_many_rows(query)
    keep(data, context)


def said(error: Exception) -> str:
    """The server's own words, or those of what is below."""
    fields = _fields(error)
    return f"{fields.get('S', 'ERROR')}: {fields.get('M', '')}" if fields else str(error.__cause__ or error)


def _sqlstate(error: Exception) -> str:
    return _fields(error).get("C", "")


def _fields(error: Exception) -> Mapping[str, str]:
    """Those of the server's error message; none if it is not the server's."""
    return error.args[0] if error.args and isinstance(error.args[0], dict) else {}
