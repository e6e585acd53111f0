"""GraphQL: send the query or mutation that the task describes; errors in the answer are errors of the task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_sdk.documents.json_text import message_text
from connector_sdk.errors import ConnectorError
from connector_sdk.http import Response, raise_for_status
from connector_sdk.http.result import body_of, headers_of
from connector_sdk.http.return_format import returned
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.graphql.model import GraphQl, GraphQlRequest, Method

GRAPHQL_ERROR = "GRAPHQL_ERROR"


@outbound_connector(
    type="io.camunda:connector-graphql:1",
    name="GraphQL",
    template=ElementTemplate(
        "io.serverless-connectors.graphql.v1",
        version=1,
        groups={"endpoint": "HTTP endpoint", "graphql": "Operation", "timeout": "Time-outs"},
        keywords=("GraphQL", "query", "mutation", "API"),
        result_expression="{answer: response.body.data}",
        result_example={"status": 200, "headers": {"Content-Type": "application/json"}, "body": {"data": {"id": 7}}},
    ),
)
def handler(request: GraphQlRequest, context: JobContext) -> dict[str, Any]:
    """Send a GraphQL query or mutation."""
    graphql = request.graphql
    operation = _operation(graphql)
    in_body = graphql.method is Method.POST
    response = context.http.request(
        graphql.method.name,
        graphql.url,
        headers=graphql.headers,
        body=operation if in_body else None,
        params=None if in_body else {name: message_text(value) for name, value in operation.items()},
        auth=request.proof,
        connect_seconds=graphql.connection_timeout_in_seconds,
        read_seconds=graphql.read_timeout_in_seconds,
    )
    first_only = context.compatibility.first_header_only
    raise_for_status(response, first_header_only=first_only)
    _raise_for_errors(response, first_header_only=first_only)
    return returned(
        response,
        request.document_return_format,
        context.documents.create,
        store_response=graphql.store_response,
        first_header_only=first_only,
    )


def _operation(graphql: GraphQl) -> dict[str, Any]:
    r"""Query and variables; a query may hold `\n` and `\"` as if it stood in JSON, as Camunda's connector has it."""
    query = graphql.query.replace("\\n", "").replace('\\"', '"')
    return {"query": query} if graphql.variables is None else {"query": query, "variables": graphql.variables}


def _raise_for_errors(response: Response, *, first_header_only: bool) -> None:
    """An answer with `errors` is an error, even with a part of the data in it and the status 200."""
    body = body_of(response)
    errors = body.get("errors") if isinstance(body, Mapping) else None
    if not isinstance(errors, list) or not errors:
        return
    first = errors[0].get("message") if isinstance(errors[0], Mapping) else None
    answer = {"headers": headers_of(response, first_only=first_header_only), "body": body}
    raise ConnectorError(GRAPHQL_ERROR, str(first or "the service answered with errors"), {"response": answer})
