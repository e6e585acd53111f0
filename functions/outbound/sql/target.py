"""Which database a task means: from a JDBC URL, or from its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from connector_sdk.errors import ConnectorError, ConnectorInputError, NotBuilt
from functions.outbound.sql.model import Database, DetailedConnection, SqlRequest, UriConnection

SCHEMES = {
    "postgresql": Database.POSTGRESQL,
    "mariadb": Database.MARIADB,
    "mysql": Database.MYSQL,
    "sqlserver": Database.MSSQL,
    "oracle": Database.ORACLE,
}
"""After `jdbc:`."""
PORTS = {Database.POSTGRESQL: 5432, Database.MARIADB: 3306, Database.MYSQL: 3306}
LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Target:
    """A database, who asks, and the driver's properties as JDBC calls them."""

    database: Database
    host: str
    port: int
    name: str
    user: str | None
    password: str | None = field(repr=False)
    properties: Mapping[str, str] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def target(request: SqlRequest) -> Target:
    """The database of a task. Raises ConnectorInputError, NotBuilt for a kind of database without a driver here."""
    if request.configuration is not None:
        one = request.configuration
        database = one.database or request.database
        return _checked(_kind(database), one.host, one.port, one.database_name, one.username, one.password, {})
    match request.connection:
        case UriConnection(uri=uri, uri_properties=properties):
            return _of_url(uri, _texts(properties), request.database)
        case DetailedConnection() as parts:
            return _of_parts(parts, _kind(request.database))
        case _:
            raise ConnectorError(
                None,
                "No JDBC connection provided: fill in the connection fields or select a connection credential",
            )


def _of_parts(parts: DetailedConnection, database: Database) -> Target:
    """User and password may stand among the properties, too, where they count more."""
    properties = _texts(parts.properties)
    user, password = properties.pop("user", parts.username), properties.pop("password", parts.password)
    return _checked(database, parts.host, parts.port, parts.database_name, user, password, properties)


def _of_url(url: str, properties: dict[str, str], chosen: Database | None) -> Target:
    """`jdbc:postgresql://host:port/name?property=value`; user and password may stand before the host, too."""
    bare = url.removeprefix("jdbc:")
    database = SCHEMES.get(bare.partition(":")[0])
    if bare == url or database is None:
        raise ConnectorInputError("connection.uri must be jdbc:postgresql://…, jdbc:mariadb://… or jdbc:mysql://…")
    _built(database)
    try:
        parts = urlsplit(bare)
        port = parts.port
    except ValueError:
        raise ConnectorInputError("connection.uri is no JDBC URL") from None
    if chosen is Database.MARIADB and database is Database.MYSQL:
        database = chosen
    every = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **properties}
    user = every.pop("user", unquote(parts.username) if parts.username else None)
    password = every.pop("password", unquote(parts.password) if parts.password else None)
    if "," in parts.netloc:
        raise NotBuilt("a JDBC URL with several hosts")
    name = unquote(parts.path.removeprefix("/"))
    return _checked(
        database, parts.hostname or "localhost", port or PORTS.get(database, 0), name, user, password, every
    )


def _checked(
    database: Database,
    host: str,
    port: int,
    name: str | None,
    user: str | None,
    password: str | None,
    properties: Mapping[str, str],
) -> Target:
    _built(database)
    if not 0 < port <= LARGEST_PORT:
        raise ConnectorInputError(f"connection.port must be between 1 and {LARGEST_PORT}")
    return Target(database, host, port, name or "", user, password, properties)


def _built(database: Database) -> None:
    if database not in PORTS:
        raise NotBuilt(f"SQL on {database.value}; there are drivers for PostgreSQL, MariaDB and MySQL")


def _kind(database: Database | None) -> Database:
    if database is None:
        raise ConnectorInputError("database must not be null")
    return database


def _texts(properties: Mapping[str, Any] | None) -> dict[str, str]:
    """Java reads every property as a text: `true`, `5`."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (properties or {}).items()
        if value is not None
    }
