"""REST: send the request that the task describes, return status, headers, body and reason."""

from __future__ import annotations

from typing import Any

from connector_sdk.errors import NotBuilt
from connector_sdk.http import http_result, raise_for_status
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.http_json.model import HttpJsonRequest

SKIP_ENCODING = "true"


@outbound_connector(
    type="io.camunda:http-json:1",
    name="HTTP REST",
    template=ElementTemplate("io.serverless-connectors.http-json.v1", version=1),
)
def handler(request: HttpJsonRequest, context: JobContext) -> dict[str, Any]:
    """Send an HTTP request."""
    _refuse_what_is_not_built(request)
    response = context.http.request(
        request.method.value,
        request.url,
        params=request.query_parameters,
        headers=request.headers,
        body=request.body,
        auth=request.proof,
        skip_encoding=request.skip_encoding == SKIP_ENCODING,
        ignore_null=request.ignore_null_values,
        connect_seconds=request.connection_timeout_in_seconds,
        read_seconds=request.read_timeout_in_seconds,
    )
    first_only = context.compatibility.first_header_only
    raise_for_status(response, first_header_only=first_only)
    return http_result(response, first_header_only=first_only)


def _refuse_what_is_not_built(request: HttpJsonRequest) -> None:
    parts = {
        "http-json with storeResponse: the response as a document": request.store_response,
        "http-json with followRedirects": request.follow_redirects,
        "http-json with clientTls: client certificates": request.client_tls,
        "http-json with documentReturnFormat": request.document_return_format,
    }
    for part, asked in parts.items():
        if asked:
            raise NotBuilt(part)
