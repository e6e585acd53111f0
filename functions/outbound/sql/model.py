"""What an SQL task asks for."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import Field

from connector_sdk.binding import NEWER, ConnectorModel, NotBlank, Secret
from connector_sdk.template import Pattern, Property

JDBC_URL = Pattern(r"^(=|(jdbc:|secrets|\{\{).*$)", "Must start with jdbc: or hold a secret's reference")


class Database(Enum):
    """In the order of Camunda's enumeration."""

    MARIADB = "MARIADB"
    MSSQL = "MSSQL"
    MYSQL = "MYSQL"
    POSTGRESQL = "POSTGRESQL"
    ORACLE = "ORACLE"


class UriConnection(ConnectorModel):
    """JDBC URL"""

    auth_type: Literal["uri"]
    uri: Annotated[
        Secret,
        JDBC_URL,
        Property(label="URL", example="jdbc:postgresql://db.example.com:5432/orders?sslmode=verify-full"),
    ]
    uri_properties: Annotated[
        dict[str, Any] | None,
        Property(label="Properties", example='{user: "orders", password: "{{secrets.DATABASE_PASSWORD}}"}'),
    ] = None


class DetailedConnection(ConnectorModel):
    """Host, port, user"""

    auth_type: Literal["detailed"]
    host: NotBlank
    port: Annotated[int, Property(description="5432 or 3306, mostly")]
    username: Annotated[str | None, Property(label="User name")] = None
    password: Annotated[
        str | None, Field(repr=False), Property(secret=True, example="{{secrets.DATABASE_PASSWORD}}")
    ] = None
    database_name: str | None = None
    properties: Annotated[dict[str, Any] | None, Property(example='{sslmode: "verify-full"}')] = None


Connection = Annotated[
    UriConnection | DetailedConnection, Field(discriminator="auth_type"), Property(label="Connection type")
]


class ConnectionConfiguration(ConnectorModel):
    """A connection of the cluster (8.10): takes the place of the task's own."""

    database: Database | None = None
    host: NotBlank
    port: int
    database_name: str | None = None
    username: str | None = None
    password: Annotated[str | None, Field(repr=False)] = None


class Data(ConnectorModel):
    """The statement, and what it is to give back."""

    return_results: Annotated[
        bool, Property(group="query", description="A SELECT, or a statement with a RETURNING clause")
    ] = False
    query: Annotated[NotBlank, Property(group="query", kind="Text", example="SELECT * FROM orders WHERE id = :id")]
    variables: Annotated[
        Any,
        Property(
            group="query",
            feel="required",
            kind="Text",
            required=False,
            description="A context for :name and <names>, a list for ?",
            example="{id: 7}",
        ),
    ] = None


class SqlRequest(ConnectorModel):
    """The inputs of all SQL templates since 8.6."""

    configuration: Annotated[ConnectionConfiguration | None, NEWER, Property(offered=False)] = None
    database: Annotated[
        Database | None,
        Property(
            group="connection",
            default="POSTGRESQL",
            choices={"MSSQL": "SQL Server (not built)", "ORACLE": "Oracle (not built)"},
            required=True,
        ),
    ] = None
    connection: Annotated[Connection | None, Property(group="connection", default="uri")] = None
    data: Data
