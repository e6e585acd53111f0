"""MariaDB and MySQL through PyMySQL, on a socket that we dialled."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.constants import CLIENT, ER, FIELD_TYPE
from pymysql.cursors import Cursor

from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import dialled
from functions.outbound.sql.answer import Result
from functions.outbound.sql.failures import MAX_ROWS, no_tls, not_connected, not_executed, too_many_rows
from functions.outbound.sql.placeholders import Form
from functions.outbound.sql.target import Target
from functions.outbound.sql.tls import Mode, Tls

FORM = Form(placeholder=lambda number: "%s", text=lambda text: text.replace("%", "%%"), backslashes=True)
JSON_COLUMNS = """\
SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA = %s AND LEVEL = 'Column' AND CHECK_CLAUSE LIKE 'json_valid(%%'
"""
"""MariaDB's JSON is a LONGTEXT with a constraint; MySQL's is a type."""


class DescribedCursor(Cursor):
    """A cursor that says which table each column of a result is from."""

    _result: Any

    @property
    def fields(self) -> Sequence[Any]:
        """With `db`, `org_table`, `org_name`, `type_code` and `length`, each."""
        return getattr(self._result, "fields", None) or ()


@contextmanager
def session(target: Target, tls: Tls, allowed: Iterable[Network], dial: float, wait: float) -> Iterator[Any]:
    """A connection in which each statement is a transaction. `dial` and `wait` (for an answer) are in seconds."""
    connection = _connect(target, tls, allowed, dial, wait)
    try:
        yield connection
    finally:
        with suppress(pymysql.Error, OSError):
            connection.close()


def _connect(target: Target, tls: Tls, allowed: Iterable[Network], dial: float, wait: float) -> Any:
    context = tls.context()
    try:
        sock = dialled(target.host, target.port, allowed, seconds=dial)
    except OSError as error:
        raise not_connected(target, error.strerror or str(error)) from error
    connection: Any = pymysql.connect(
        host=target.host,
        port=target.port,
        user=target.user or "",
        password=target.password or "",
        database=target.name or None,
        ssl=context,
        ssl_disabled=tls.mode is Mode.NONE,
        read_timeout=wait,
        write_timeout=wait,
        charset="utf8mb4",
        autocommit=True,
        # The driver reads a result to its end: one row too many is enough to see that it is too large.
        init_command=f"SET SESSION sql_select_limit = {MAX_ROWS + 1}",
        # Rows that were found count as modified even if they stay as they are: as Java's driver counts.
        client_flag=CLIENT.FOUND_ROWS,
        defer_connect=True,
    )
    try:
        connection.connect(sock)
    except (pymysql.Error, OSError, RuntimeError) as error:
        sock.close()
        refused = error.args[:1] == (ER.ACCESS_DENIED_ERROR,)
        raise not_connected(target, said(error), credentials_refused=refused) from error
    return connection


def execute(connection: Any, query: str, written: str, values: Sequence[Any]) -> Result:
    """Run one statement; `written` is the query as the task has it. Raises ConnectorError."""
    with connection.cursor(DescribedCursor) as cursor:
        try:
            cursor.execute(query, [_sent(value) for value in values])
            readers = _readers(connection, cursor.fields)
        except (pymysql.Error, OSError) as error:
            raise not_executed(written, said(error)) from error
        if cursor.rowcount > MAX_ROWS and cursor.fields:
            raise too_many_rows(written)
        rows = [[read(value) for read, value in zip(readers, row, strict=True)] for row in cursor.fetchall()]
        return Result([field.name for field in cursor.fields], rows, cursor.rowcount)


def _sent(value: Any) -> Any:
    """Contexts and lists as JSON texts: the driver would write them into the statement in forms of its own."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _readers(connection: Any, fields: Sequence[Any]) -> list[Any]:
    parsed = _json_columns(connection, fields)
    return [_reader(field, parsed) for field in fields]


def _reader(field: Any, parsed: set[tuple[str, str]]) -> Any:
    """TINYINT(1) and BIT(1) are booleans, as in Java's driver."""
    if field.type_code == FIELD_TYPE.JSON or (field.org_table, field.org_name) in parsed:
        return _parsed
    if field.type_code == FIELD_TYPE.TINY and field.length == 1:
        return lambda value: None if value is None else bool(value)
    if field.type_code == FIELD_TYPE.BIT and field.length == 1:
        return lambda value: None if value is None else value != b"\0"
    return lambda value: value


def _json_columns(connection: Any, fields: Sequence[Any]) -> set[tuple[str, str]]:
    """Those of MariaDB's tables among the fields that hold JSON; one more question, asked only for long texts."""
    schemas = {field.db for field in fields if field.type_code == FIELD_TYPE.BLOB and field.org_table}
    if "mariadb" not in str(connection.server_version).lower():
        return set()
    found: set[tuple[str, str]] = set()
    for schema in schemas:
        with connection.cursor() as cursor:
            cursor.execute(JSON_COLUMNS, (schema,))
            found.update(cursor.fetchall())
    return found


def _parsed(value: Any) -> Any:
    try:
        return value if value is None else json.loads(value)
    except ValueError:
        return value


def said(error: BaseException) -> str:
    """The server's own words; of a certificate that was refused, why."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ssl.SSLError):
            return no_tls(inner)
        inner = inner.__cause__ or inner.__context__
    return str(error.args[1]) if len(error.args) > 1 else str(error)
