"""SOAP: build the envelope that the task describes, send it, return the answer's envelope as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector_sdk.errors import ConnectorError
from connector_sdk.http import raise_for_status
from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.soap.envelope import CONTENT_TYPE, answered, envelope, fault, is_failed_authentication
from functions.outbound.soap.json_xml import json_value, xml_text
from functions.outbound.soap.model import Json, Nothing, SoapRequest, SoapVersion, Template, Version
from functions.outbound.soap.mustache import filled
from functions.outbound.soap.security import secured

FAULT = "SOAP_FAULT_RECEIVED"
UNAUTHORIZED = 401


@outbound_connector(
    type="io.camunda:soap:1",
    name="SOAP",
    template=ElementTemplate(
        "io.serverless-connectors.soap.v1",
        version=1,
        groups={
            "connection": "Connection",
            "authentication": "Authentication",
            "message": "SOAP message",
            "timeout": "Time-out",
        },
        keywords=("SOAP", "XML", "WSDL", "web service", "WS-Security"),
        result_expression="{answer: response.Envelope.Body}",
        result_example={"Envelope": {"Header": {}, "Body": {"placed": {"id": "7"}}}},
    ),
)
def handler(request: SoapRequest, context: JobContext) -> dict[str, Any] | None:
    """Call a SOAP service."""
    version = request.soap_version.version
    message = envelope(version, _xml(request.header), _xml(request.body), request.namespaces or {})
    secured(message, request.authentication, datetime.fromtimestamp(context.clock.time_ms() / 1000, UTC), context.http)
    response = context.http.post(
        request.service_url,
        headers=_headers(request.soap_version),
        body=message.to_bytes().decode(),
        connect_seconds=request.connection_timeout_in_seconds,
        read_seconds=request.connection_timeout_in_seconds,
    )
    root = answered(response.content)
    if root is None:
        raise_for_status(response, first_header_only=context.compatibility.first_header_only)
        if not response.content.strip():  # a one-way operation
            return None
        raise ConnectorError(None, f"{response.status_code} from {request.service_url} is no SOAP envelope")
    found = fault(root)
    if found is not None:
        refused = response.status_code == UNAUTHORIZED or is_failed_authentication(found)
        shown = {"response": json_value(root)}
        raise ConnectorError(FAULT, "SOAP Fault received", shown, credentials_refused=refused)
    return json_value(root)


def _xml(part: Template | Json | Nothing | None) -> str:
    match part:
        case Template():
            return filled(part.template, part.context or {})
        case Json():
            return xml_text(part.json_)
        case _:
            return ""


def _headers(version: SoapVersion) -> Mapping[str, str]:
    """SOAP 1.1 has its action in a header of its own, in quotes even if there is none (section 6.1.1)."""
    content_type = CONTENT_TYPE[version.version]
    headers = {"Content-Type": f"{content_type}; charset=utf-8", "Accept": content_type}
    if version.version is Version.SOAP_1_1:
        headers["SOAPAction"] = f'"{version.soap_action or ""}"'
    return headers
