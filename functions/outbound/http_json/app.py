"""REST: send the request that the task describes, return status, headers, body and reason."""

from __future__ import annotations

from typing import Any

from connector_sdk.http import raise_for_status
from connector_sdk.http.return_format import returned
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.http_json.model import HttpJsonRequest

SKIP_ENCODING = "true"


@outbound_connector(
    type="io.camunda:http-json:1",
    name="HTTP REST",
    template=ElementTemplate(
        "io.serverless-connectors.http-json.v1",
        version=1,
        groups={"tls": "Client certificate", "endpoint": "HTTP endpoint", "timeout": "Time-outs"},
        keywords=("REST", "HTTP", "API"),
        result_expression="{answer: response.body}",
        result_example={"status": 200, "headers": {"Content-Type": "application/json"}, "body": {"id": 7}},
    ),
)
def handler(request: HttpJsonRequest, context: JobContext) -> dict[str, Any]:
    """Send an HTTP request."""
    response = context.http.request(
        request.method.value,
        request.url,
        params=request.query_parameters,
        headers=request.headers,
        body=request.body,
        auth=request.proof,
        skip_encoding=request.skip_encoding == SKIP_ENCODING,
        ignore_null=request.ignore_null_values,
        follow_redirects=request.follow_redirects,
        connect_seconds=request.connection_timeout_in_seconds,
        read_seconds=request.read_timeout_in_seconds,
        tls=request.client_tls if request.client_tls and request.client_tls.is_needed else None,
    )
    raise_for_status(response, first_header_only=context.compatibility.first_header_only)
    return returned(
        response,
        request.document_return_format,
        context.documents.create,
        store_response=request.store_response,
        first_header_only=context.compatibility.first_header_only,
    )
