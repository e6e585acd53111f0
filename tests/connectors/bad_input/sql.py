"""SQL."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Peers, Row

DATA = {"returnResults": True, "query": "SELECT 1"}
SERVERS = {"POSTGRESQL": "postgresql", "MARIADB": "maria"}


def task(database: str | None, **connection: Any) -> Mapping[str, Any]:
    login = {"authType": "detailed", "username": "somebody", "password": SECRET_REFERENCE}
    return {"database": database, "connection": {**login, **connection}, "data": DATA}


def url(uri: str) -> Mapping[str, Any]:
    return {"database": "POSTGRESQL", "connection": {"authType": "uri", "uri": uri}, "data": DATA}


def asked(query: str, variables: Any) -> Mapping[str, Any]:
    return {**task("MARIADB", host="127.0.0.1", port=9), "data": {"query": query, "variables": variables}}


def real(peers: Peers, database: str, **more: Any) -> Mapping[str, Any]:
    running = peers.server(SERVERS[database])
    return task(database, host="localhost", port=running.port, databaseName=running.database, **more)


def closed(peers: Peers, database: str) -> Mapping[str, Any]:
    host, _, port = peers.closed.partition(":")
    return task(database, host=host, port=port)


def large(peers: Peers, database: str, query: str) -> Mapping[str, Any]:
    running = peers.server(SERVERS[database])
    variables = real(peers, database, username=running.user, password=running.password)
    return {**variables, "data": {"returnResults": True, "query": query}}


ROWS = (
    Row("missing", {"database": "MARIADB", "data": DATA}, "No JDBC connection provided"),
    Row("missing", task(None, host="127.0.0.1", port=9), "database must not be null", retries=0),
    Row("missing", task("MARIADB", port=9), "connection.detailed.host: Validation failed", retries=0),
    Row("missing", {"data": {"returnResults": True}}, "data.query: Validation failed", retries=0),
    Row("missing", asked("SELECT :id", {"no": 1}), "there is no value for :id", retries=0),
    Row("missing", asked("SELECT ?, ?", [1]), "there is no value for the 2. ?", retries=0),
    Row("wrong type", asked("SELECT ?", [1, 2]), "2 values for 1 question marks", retries=0),
    Row("wrong type", asked("SELECT 1", "text"), "must be a context (for :name) or a list", retries=0),
    Row("wrong type", asked("SELECT 1 IN (<ids>)", {"ids": []}), "the list for <ids> of the query is empty", retries=0),
    Row("wrong type", task("DB2", host="127.0.0.1", port=9), "database: Validation failed", retries=0),
    Row("wrong type", task("MSSQL", host="127.0.0.1", port=9), "not built yet: SQL on MSSQL", retries=0),
    Row("wrong type", task("MARIADB", host="127.0.0.1", port=70_000), "port must be between 1 and 65535", retries=0),
    Row("wrong type", url("http://db.test/x"), "must be jdbc:postgresql://…", retries=0),
    Row("wrong type", url("jdbc:postgresql://db.test:port/x"), "connection.uri is no JDBC URL", retries=0),
    Row("wrong type", url("jdbc:postgresql://a.test,b.test/x"), "a JDBC URL with several hosts", retries=0),
    Row(
        "wrong type",
        url("jdbc:postgresql://127.0.0.1:9/x?sslmode=verifyfully"),
        "property sslmode has an unknown value",
        retries=0,
    ),
    Row(
        "wrong type",
        url("jdbc:postgresql://127.0.0.1:9/x?sslfactory=org.example.Trusting"),
        "property sslfactory is not supported",
        retries=0,
    ),
    Row(
        "wrong type",
        url("jdbc:postgresql://127.0.0.1:9/x?sslmode=verify-ca&sslrootcert=/nowhere/ca.pem"),
        "the file of the connection's sslrootcert cannot be read",
        retries=0,
    ),
    *(
        row
        for database in SERVERS
        for row in (
            Row("unreachable host", partial(closed, database=database), "Connection refused"),
            Row(
                "unreachable host",
                task(database, host="nobody.invalid", port=9),
                "Cannot create the Database connection: nobody.invalid:9: ",
            ),
            Row(
                "refused credentials",
                partial(real, database=database),
                "Cannot create the Database connection: localhost:",
            ),
            Row(
                "refused certificate",
                partial(real, database=database, properties={"sslmode": "verify-full"}),
                "no TLS connection: self-signed certificate",
            ),
        )
    ),
    Row(
        "too large",
        lambda peers: large(peers, "POSTGRESQL", "SELECT repeat('x', 2000000) AS much"),
        "Output variables payload",
        retries=0,
    ),
    Row(
        "too large",
        lambda peers: large(peers, "MARIADB", "SELECT repeat('x', 2000000) AS much"),
        "Output variables payload",
        retries=0,
    ),
)
