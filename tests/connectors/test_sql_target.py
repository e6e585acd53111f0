"""Which database a JDBC URL means, and how much of its certificate is checked."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from connector_sdk.errors import ConnectorInputError
from functions.outbound.sql.model import Database, SqlRequest
from functions.outbound.sql.target import Target, target
from functions.outbound.sql.tls import Mode, Tls

POSTGRESQL, MARIADB, MYSQL = Database.POSTGRESQL, Database.MARIADB, Database.MYSQL


def of(uri: str, properties: dict[str, Any] | None = None, database: Database | None = None) -> Target:
    connection = {"auth_type": "uri", "uri": uri, "uri_properties": properties}
    data = {"query": "SELECT 1"}
    return target(SqlRequest.model_validate({"database": database, "connection": connection, "data": data}))


@pytest.mark.parametrize(
    ("uri", "properties", "expected"),
    [
        ("jdbc:postgresql://db.test:1/x", None, Target(POSTGRESQL, "db.test", 1, "x", None, None, {})),
        ("jdbc:postgresql://db.test/", None, Target(POSTGRESQL, "db.test", 5432, "", None, None, {})),
        ("jdbc:mariadb://db.test/x", None, Target(MARIADB, "db.test", 3306, "x", None, None, {})),
        (
            "jdbc:mysql://me:p%40ss@db.test/a%20b?useSSL=true&x=",
            None,
            Target(MYSQL, "db.test", 3306, "a b", "me", "p@ss", {"useSSL": "true", "x": ""}),
        ),
        (
            "jdbc:postgresql://[::1]:7/x?user=a&password=b&sslmode=require",
            {"password": "c", "loginTimeout": 5, "ssl": True, "none": None},
            Target(POSTGRESQL, "::1", 7, "x", "a", "c", {"sslmode": "require", "loginTimeout": "5", "ssl": "true"}),
        ),
    ],
)
def test_a_jdbc_url_is_taken_apart(uri: str, properties: dict[str, Any] | None, expected: Target) -> None:
    assert of(uri, properties) == expected


def test_a_url_of_mysql_may_mean_mariadb() -> None:
    assert of("jdbc:mysql://db.test/x", database=MARIADB).database is MARIADB


@pytest.mark.parametrize("port", [1, 65_535])
def test_the_first_and_the_last_port_are_ports(port: int) -> None:
    connection = {"auth_type": "detailed", "host": "db.test", "port": port}
    given = {"database": POSTGRESQL, "connection": connection, "data": {"query": "SELECT 1"}}
    assert target(SqlRequest.model_validate(given)).port == port


def test_a_password_shows_in_no_description_of_a_database() -> None:
    found = of("jdbc:postgresql://me:s3cret@db.test/x?sslpassword=s3cret")
    assert "s3cret" not in f"{found!r} {found}"


@pytest.mark.parametrize(
    ("properties", "mode"),
    [
        ({}, Mode.PREFERRED),
        ({"sslmode": "disable"}, Mode.NONE),
        ({"sslMode": "PREFERRED"}, Mode.PREFERRED),
        ({"sslmode": "require"}, Mode.ENCRYPTED),
        ({"sslMode": "trust"}, Mode.ENCRYPTED),
        ({"sslMode": "VERIFY_CA"}, Mode.KNOWN),
        ({"sslmode": "verify-full"}, Mode.VERIFIED),
        ({"sslMode": "VERIFY_IDENTITY"}, Mode.VERIFIED),
        ({"ssl": "true"}, Mode.VERIFIED),
        ({"useSsl": "false"}, Mode.PREFERRED),
        ({"connectTimeout": "5"}, Mode.PREFERRED),
    ],
)
def test_the_words_of_all_three_drivers_are_understood(properties: dict[str, str], mode: Mode) -> None:
    assert Tls.of(properties).mode is mode


@pytest.mark.parametrize("name", ["sslcert", "trustStore", "keyStorePassword", "tlsSocketType", "sslfactory"])
def test_what_is_said_about_tls_and_not_understood_is_refused(name: str) -> None:
    with pytest.raises(ConnectorInputError, match=name):
        Tls.of({name: "x"})


def test_each_mode_checks_as_much_as_it_says() -> None:
    checked = {mode: Tls(mode).context() for mode in Mode}
    seen = {mode: made and (made.verify_mode, made.check_hostname) for mode, made in checked.items()}
    assert seen == {
        Mode.NONE: None,
        Mode.PREFERRED: None,
        Mode.ENCRYPTED: (ssl.CERT_NONE, False),
        Mode.KNOWN: (ssl.CERT_REQUIRED, False),
        Mode.VERIFIED: (ssl.CERT_REQUIRED, True),
    }
