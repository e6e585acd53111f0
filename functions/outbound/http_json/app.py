"""REST: send the request that the task describes, return status, headers, body and reason."""

from __future__ import annotations

from typing import Any

import httpx

from connector_sdk.documents.document import OCTETS
from connector_sdk.http import http_result, raise_for_status
from connector_sdk.http.result import json_of, text_of
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.http_json.model import HttpJsonRequest, ReturnChoice

SKIP_ENCODING = "true"
WITHOUT_CONTENT = (204, 304)


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
    return _result(request, response, context)


def _result(request: HttpJsonRequest, response: httpx.Response, context: JobContext) -> dict[str, Any]:
    first_only = context.compatibility.first_header_only
    match request.returns:
        case ReturnChoice.DOCUMENT if response.status_code not in WITHOUT_CONTENT:
            content_type = response.headers.get("content-type") or OCTETS
            document = context.documents.create(response.content, content_type)
            return http_result(response, first_header_only=first_only, body=None, document=document)
        case ReturnChoice.JSON:
            return http_result(response, first_header_only=first_only, body=json_of(response))
        case ReturnChoice.TEXT if request.document_return_format is not None:
            text = text_of(response, request.document_return_format.encoding)
            return http_result(response, first_header_only=first_only, body=text)
        case _:
            return http_result(response, first_header_only=first_only)
