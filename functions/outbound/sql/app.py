"""SQL: run the statement that the task describes, return its rows or how many it changed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.sql.answer import Result
from functions.outbound.sql.failures import not_executed
from functions.outbound.sql.model import Data, Database, SqlRequest
from functions.outbound.sql.placeholders import rendered
from functions.outbound.sql.target import target
from functions.outbound.sql.tls import Tls

DIAL_SECONDS = 10
ANSWER_SECONDS = 45
"""For each wait on the database; the function has 60 s in all."""
DRIVERS: Mapping[Database, str] = {
    Database.POSTGRESQL: "functions.outbound.sql.postgres",
    Database.MARIADB: "functions.outbound.sql.mysql",
    Database.MYSQL: "functions.outbound.sql.mysql",
}
"""Imported when a task first needs them: one database's tasks do not wait for the other's driver."""


@outbound_connector(
    type="io.camunda:connector-jdbc:1",
    name="SQL",
    template=ElementTemplate(
        "io.serverless-connectors.sql.v1",
        version=1,
        groups={"connection": "Connection", "query": "Query"},
        keywords=("database", "query", "PostgreSQL", "MariaDB", "MySQL", "select", "insert"),
    ),
)
def handler(request: SqlRequest, context: JobContext) -> dict[str, Any]:
    """Run a statement on PostgreSQL, MariaDB or MySQL."""
    place = target(request)
    tls = Tls.of(place.properties)
    driver = import_module(DRIVERS[place.database])
    query, values = rendered(request.data.query, request.data.variables, driver.FORM)
    with driver.session(place, tls, context.settings.allow_addresses, DIAL_SECONDS, ANSWER_SECONDS) as session:
        return _answer(request.data, driver.execute(session, query, request.data.query, values))


def _answer(data: Data, result: Result) -> dict[str, Any]:
    try:
        return result.answer(wanted=data.return_results)
    except LookupError as error:
        raise not_executed(data.query, str(error.args[0])) from None
