"""Every official SQL template against a real PostgreSQL and a real MariaDB, and what the rows look like."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pg8000.dbapi
import pymysql
import pytest

from connector_sdk.outcome import Complete, Fail
from devkit.testing import run_job, services_for
from devkit.testing.certificate import Certificate
from devkit.testing.mariadb import RunningMariaDb
from devkit.testing.official import OfficialBench, OfficialTask
from devkit.testing.postgres import RunningPostgres
from functions.outbound.sql.app import handler
from tests.connectors.official import official

TYPE = "io.camunda:connector-jdbc:1"
LOOKS = 100
TABLE = "CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(200), details {json}, price NUMERIC(10,2))"


@dataclass(frozen=True)
class Base:
    """A database with a table, and its own driver to look after what our function did."""

    kind: str
    running: RunningPostgres | RunningMariaDb
    connection: Any

    @property
    def scheme(self) -> str:
        return {"POSTGRESQL": "postgresql", "MARIADB": "mariadb", "MYSQL": "mysql"}[self.kind]

    def url(self, host: str | None = None) -> str:
        return f"jdbc:{self.scheme}://{host or self.running.host}:{self.running.port}/{self.running.database}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        cursor.execute(query)
        return [tuple(row) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def pg(postgresql: RunningPostgres) -> Iterator[Base]:
    one = postgresql
    connection = pg8000.dbapi.connect(one.user, one.host, one.database, one.port, one.password)
    connection.autocommit = True
    connection.cursor().execute(TABLE.format(json="jsonb"))
    yield Base("POSTGRESQL", one, connection)
    connection.close()


@pytest.fixture(scope="module")
def mysql(maria: RunningMariaDb) -> Iterator[Base]:
    one = maria
    connection = pymysql.connect(
        host=one.host, port=one.port, user=one.user, password=one.password, database=one.database, autocommit=True
    )
    connection.cursor().execute(TABLE.format(json="JSON"))
    yield Base("MARIADB", one, connection)
    connection.close()


@pytest.fixture
def base(request: pytest.FixtureRequest) -> Base:
    found: Base = request.getfixturevalue(request.param)
    return found


both_bases = pytest.mark.parametrize("base", ["pg", "mysql"], indirect=True)


def detailed(base: Base, **properties: Any) -> dict[str, Any]:
    one = base.running
    return {
        "authType": "detailed",
        "host": "localhost",
        "port": one.port,
        "username": one.user,
        "password": one.password,
        "databaseName": one.database,
        "properties": properties,
    }


def asked(base: Base, query: str, variables: Any = None, **more: Any) -> Any:
    """The rows of a query."""
    data = {"returnResults": True, "query": query, "variables": variables}
    outcome = run_job(handler, job(base, data, **more), resultVariable="answer")
    assert isinstance(outcome, Complete), outcome
    return outcome.variables["answer"]["resultSet"]


def job(base: Base, data: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
    return {"database": base.kind, "connection": detailed(base, **properties), "data": data}


FOREIGN = {"MSSQL": "jdbc:sqlserver://db.test:1433;databaseName=x", "ORACLE": "jdbc:oracle:thin:@//db.test:1521/x"}
WITHOUT_LOGIN = {
    "POSTGRESQL": "no PostgreSQL user name specified",
    "MARIADB": "No database selected",
    "MYSQL": "No database selected",
}
"""User and database are no required values of the templates: the task gets as far as the server lets nobody in."""


@pytest.mark.parametrize("task", official(TYPE, rare=lambda task: task.chosen("database") == "MYSQL"))
def test_a_row_is_in_the_table(task: OfficialTask, bench: OfficialBench, pg: Base, mysql: Base) -> None:
    kind = str(task.chosen("database"))
    base = Base(kind, mysql.running, mysql.connection) if kind == "MYSQL" else {"POSTGRESQL": pg}.get(kind, mysql)
    one = base.running
    [[number]] = base.rows("SELECT COALESCE(MAX(id), 0) + 1 FROM orders")
    login = {"user": one.user, "password": "{{secrets.PASSWORD}}"}
    insert = "INSERT INTO orders (id, note) VALUES (:id, :note)"
    literal = insert.replace(":id", str(number)).replace(":note", "'required'")
    known = {
        "connection.uri": FOREIGN.get(kind) or f"{base.url()}?user={one.user}&password={{{{secrets.PASSWORD}}}}",
        "connection.uriProperties": login,
        "connection.host": one.host,
        "connection.port": str(one.port),
        "connection.username": one.user,
        "connection.password": "{{secrets.PASSWORD}}",
        "connection.databaseName": one.database,
        "connection.properties": login,
        "data.returnResults": False,
        "data.query": insert if task.fill == "all" else literal,
        "data.variables": {"id": number, "note": "für Jürg"},
    }
    applied = bench.apply(task, known)
    found = bench.run(applied, handler, services_for({"PASSWORD": one.password}))
    outcome = found.outcome

    if kind in FOREIGN:
        assert outcome["command"] == "failure"
        assert f"not built yet: SQL on {kind}" in outcome["body"]["errorMessage"]
    elif task.fill == "required" and task.chosen("connection.authType") == "detailed":
        assert WITHOUT_LOGIN[kind] in outcome["body"]["errorMessage"]
    else:
        assert (outcome["command"], found.state) == ("completion", "COMPLETED"), outcome
        note = "required" if task.fill == "required" else "für Jürg"
        assert base.rows(f"SELECT note FROM orders WHERE id = {number}") == [(note,)]  # noqa: S608
        if task.fill == "all":
            assert json.loads(found.variables["answer"]) == {"modifiedRows": 1}


@both_bases
def test_rows_come_back_under_their_labels_with_json_read(base: Base) -> None:
    insert = "INSERT INTO orders VALUES (:id, :note, :details, :price)"
    values = {"id": 1001, "note": "100 % sure?", "details": {"a": [1, None]}, "price": 12.5}
    assert run_job(handler, job(base, {"query": insert, "variables": values}), resultVariable="a") == Complete(
        {"a": {"modifiedRows": 1}}
    )
    rows = asked(
        base, "SELECT id AS number, note, details, price FROM orders WHERE note LIKE '100 %' AND id = ?", [1001]
    )
    assert rows == [{"number": 1001, "note": "100 % sure?", "details": {"a": [1, None]}, "price": 12.5}]


@both_bases
def test_a_list_in_a_context_becomes_several_values(base: Base) -> None:
    run_job(handler, job(base, {"query": "INSERT INTO orders (id) VALUES (2001), (2002), (2003)"}))
    rows = asked(
        base,
        "SELECT id FROM orders WHERE id IN (<ids>) AND id <> :not ORDER BY id",
        {"ids": [2001, 2002, 2003], "not": 2002},
    )
    assert rows == [{"id": 2001}, {"id": 2003}]


@both_bases
def test_found_rows_count_as_modified(base: Base) -> None:
    run_job(handler, job(base, {"query": "INSERT INTO orders (id, note) VALUES (3001, 'same')"}))
    update = {"query": "UPDATE orders SET note = 'same' WHERE id = 3001"}
    assert run_job(handler, job(base, update), resultVariable="a") == Complete({"a": {"modifiedRows": 1}})


@both_bases
def test_what_the_database_refuses_fails_the_job_with_its_words(base: Base) -> None:
    outcome = run_job(handler, job(base, {"query": "SELECT * FROM no_such_table", "returnResults": True}))
    assert isinstance(outcome, Fail)
    assert outcome.error_message.startswith("Error while executing the query [SELECT * FROM no_such_table]: ")
    assert "no_such_table" in outcome.error_message.partition("]: ")[2]
    assert outcome.retries == 2


@both_bases
def test_the_error_expression_of_the_page_spends_no_more_retries_on_a_duplicate_key(base: Base) -> None:
    insert = job(base, {"query": "INSERT INTO orders (id, note) VALUES (3002, 'once')"})
    at_once = "=if error != null then jobError(error.message) else null"

    assert isinstance(run_job(handler, insert, errorExpression=at_once), Complete)
    again = run_job(handler, insert)
    assert isinstance(again, Fail)
    assert again.retries == 2
    ended = run_job(handler, insert, errorExpression=at_once)
    assert isinstance(ended, Fail)
    assert ended.retries == 0


@both_bases
def test_so_many_rows_are_read_and_no_more(base: Base) -> None:
    digits = " UNION ".join(f"SELECT {digit} AS i" for digit in range(10))
    just = f"WITH d AS ({digits}) SELECT 1 AS n FROM d a, d b, d c, d e, d f"  # noqa: S608
    more = {"query": f"{just} UNION ALL SELECT 2", "returnResults": True}

    assert len(asked(base, just)) == 100_000
    refused = run_job(handler, job(base, more))

    assert isinstance(refused, Fail)
    assert refused.error_message.endswith("]: more than 100000 rows: narrow the query down, with WHERE or LIMIT")


@both_bases
def test_a_statement_without_results_cannot_give_any(base: Base) -> None:
    data = {"query": "UPDATE orders SET note = NULL WHERE id = -1", "returnResults": True}
    outcome = run_job(handler, job(base, data))
    assert isinstance(outcome, Fail)
    assert "the statement returns no results" in outcome.error_message


def test_the_types_of_postgresql_as_a_process_holds_them(pg: Base) -> None:
    [row] = asked(
        pg,
        "SELECT 1::bigint AS a, 1.50::numeric AS b, true AS c, null AS d, '2024-02-29'::date AS e,"
        " '2024-02-29 12:30:00.5'::timestamp AS f, '2024-02-29 12:30:00+02'::timestamptz AS g, '12:30'::time AS h,"
        " '\\x0102'::bytea AS i, ARRAY[1, 2] AS j, '{\"k\": 1}'::json AS k,"
        " 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS l, 'NaN'::float8 AS m, '?'::text AS n",
    )
    assert row == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": "2024-02-29",
        "f": "2024-02-29T12:30:00.500+00:00",
        "g": "2024-02-29T10:30:00.000+00:00",
        "h": "12:30:00",
        "i": "AQI=",
        "j": [1, 2],
        "k": {"k": 1},
        "l": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "m": "nan",
        "n": "?",
    }


def test_the_types_of_mariadb_as_a_process_holds_them(mysql: Base) -> None:
    mysql.connection.cursor().execute(
        "CREATE TABLE kinds (a TINYINT(1), b BIT(1), c JSON, d LONGTEXT, e TIME, f DATETIME(3), g DECIMAL(5,2), h BLOB)"
    )
    insert = "INSERT INTO kinds VALUES (1, b'1', '[1]', '[1]', '-30:15:00', '2024-02-29 12:30:00.5', 7.00, x'0102')"
    run_job(handler, job(mysql, {"query": insert}))
    assert asked(mysql, "SELECT * FROM kinds") == [
        {
            "a": True,
            "b": True,
            "c": [1],
            "d": "[1]",
            "e": "-30:15:00",
            "f": "2024-02-29T12:30:00.500+00:00",
            "g": 7,
            "h": "AQI=",
        }
    ]


@both_bases
def test_tls_works_with_a_certificate_that_is_trusted(base: Base, certificate: Certificate, tmp_path: Path) -> None:
    trusted = str(certificate.write(tmp_path, "ca").chain)
    query = {
        "POSTGRESQL": "SELECT ssl AS tls FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        "MARIADB": "SELECT variable_value <> '' AS tls FROM information_schema.session_status"
        " WHERE variable_name = 'Ssl_cipher'",
    }[base.kind]
    [row] = asked(base, query, sslmode="verify-full", sslrootcert=trusted)
    assert bool(row["tls"]) is True


def test_a_configuration_of_the_cluster_takes_the_place_of_the_connection(pg: Base) -> None:
    one = pg.running
    where = {"host": one.host, "port": str(one.port), "databaseName": one.database}
    configuration = {**where, "username": one.user, "password": one.password}
    data = {"returnResults": True, "query": "SELECT 1 AS one"}
    variables = {"database": "POSTGRESQL", "configuration": configuration, "data": data}
    assert run_job(handler, variables, resultVariable="a") == Complete({"a": {"resultSet": [{"one": 1}]}})


def test_nothing_stays_open_after_the_answer(pg: Base) -> None:
    for _ in range(3):
        asked(pg, "SELECT 1")
    others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    pause = threading.Event()
    for _ in range(LOOKS):  # a server's process ends a moment after its client has gone
        if pg.rows(others) == [(0,)]:
            return
        pause.wait(0.1)
    pytest.fail("there are sessions of jobs that have ended")
