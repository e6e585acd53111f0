"""The function that polls, by a schedule, for every instance that waits at an HTTP polling event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_sdk.binding import ConstraintsViolated, bind
from connector_sdk.compatibility import Compatibility
from connector_sdk.documents.references import Documents
from connector_sdk.documents.store import MissingStore
from connector_sdk.errors import ConnectorError, ConnectorInputError
from connector_sdk.http import HttpClient, HttpError, http_result, raise_for_status
from connector_sdk.inbound.polling import PollFunction, PollingConnector
from connector_sdk.inbound.properties import Properties
from connector_sdk.settings import Settings
from connector_sdk.template import ElementTemplate
from functions.inbound.http_polling.model import GROUPS, PROPERTIES, PollRequest

SKIP_ENCODING = "true"


def opened(settings: Settings) -> PollFunction:
    """The function with its own connections."""
    http, rules = HttpClient.from_settings(settings), Compatibility.of(settings.compatibility)
    documents = Documents(MissingStore(), http.download, rules)

    def poll(properties: Mapping[str, Any]) -> dict[str, Any]:
        try:
            request = bind(PollRequest, properties, documents, newer_inputs=rules.newer_inputs)
            return answered(request, http, rules)
        except ConstraintsViolated as error:  # nobody but a person hears of it, here and below
            wrong = ", ".join(f"{name}: {what}" for name, what in error.violations)
            raise ConnectorInputError(f"its properties cannot be used: {wrong}; correct them in the model") from None
        except HttpError as error:
            raise ConnectorError(error.code, error.incident) from error

    return poll


def checked(properties: Properties) -> None:
    """Refuse what no instance's variables can mend. Raises ConnectorInputError."""
    properties.refuse_configuration("authenticationConfiguration", "the authentication")
    if not properties.required("url").startswith(("=", "http://", "https://")):
        raise ConnectorInputError("property url should begin with http:// or https://, or be an expression")


def answered(request: PollRequest, http: HttpClient, rules: Compatibility) -> dict[str, Any]:
    """Send an HTTP request now and then for each instance that waits.

    Raises ConnectorError.
    """
    response = http.request(
        request.method,
        request.url,
        params=request.query_parameters,
        headers=request.headers,
        body=request.body,
        auth=request.authentication,
        skip_encoding=request.skip_encoding == SKIP_ENCODING,
        follow_redirects=request.follow_redirects,
        connect_seconds=request.connection_timeout_in_seconds,
        read_seconds=request.read_timeout_in_seconds,
    )
    raise_for_status(response, first_header_only=rules.first_header_only)
    return http_result(response, first_header_only=rules.first_header_only)


handler = PollingConnector(
    type="io.camunda:http-polling:1",
    name="HTTP Polling",
    open=opened,
    function=answered,
    check=checked,
    template=ElementTemplate(
        "io.serverless-connectors.http-polling.v1",
        version=2,
        elements=("intermediate event", "boundary event"),
        groups=GROUPS,
        properties=PROPERTIES,
        keywords=("REST", "HTTP", "poll", "wait"),
        result_expression="{answer: body}",
    ),
)
