"""Calls of a connector's job to an AWS service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from connector_sdk.aws.request import AwsRequest, StaticCredentials
from connector_sdk.aws_endpoint import AwsEndpoint, Call, json_call
from connector_sdk.errors import AwsError, AwsRefused, ConnectorError, ConnectorInputError
from connector_sdk.settings import Settings
from connector_sdk.wire.connection import Response

READ_TIMEOUT_SECONDS = 20.0
REFUSED_CREDENTIALS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
"""AWS's codes for keys that it does not know, or whose signature is another (IAM User Guide, and the services' own)."""
MAX_ENDPOINTS = 16
"""Combinations of service, region and credentials whose connections are kept."""


def json_answer(
    service: str, operation: str, content: Mapping[str, Any], request: AwsRequest, settings: Settings
) -> Response:
    """Call an operation of a service with a JSON protocol, such as SQS's `SendMessage`. Raises as `sent` does."""
    return sent(service, json_call(service, operation, content), request, settings)


def sent(service: str, call: Call, request: AwsRequest, settings: Settings) -> Response:
    """The answer to a call with the request's credentials, in its region. What it asks for is not done twice.

    Raises ConnectorError (`code` is AWS's own for a refusal, None without an answer; `credentials_refused` only if no
    other call was made for this request), ConnectorInputError for an
    endpoint that is none, DeniedAddress, and SettingsError where the function has no role.
    """
    endpoint = endpoint_at(service, request.region, request.endpoint, _keys(request), settings)
    is_first = request.count_call() == 1
    try:
        return endpoint.send(replace(call, once=True, read_timeout=READ_TIMEOUT_SECONDS))
    except AwsRefused as error:
        refused = is_first and error.code in REFUSED_CREDENTIALS
        raise ConnectorError(error.code, str(error), credentials_refused=refused) from error
    except AwsError as error:
        raise ConnectorError(None, str(error)) from error


@lru_cache(maxsize=MAX_ENDPOINTS)
def endpoint_at(
    service: str, region: str, endpoint: str, keys: tuple[str, str] | None, settings: Settings
) -> AwsEndpoint:
    """A service where a model says. What it leaves open is as the settings say: region, endpoint, and who asks.

    `keys` are access key and secret key. The addresses of the model's endpoint are judged; AWS's own may be private in
    a VPC. Raises ConnectorInputError for an endpoint that is none, SettingsError without a region or a role.
    """
    placed = replace(settings, aws_region=region or settings.aws_region, aws_endpoint=endpoint or settings.aws_endpoint)
    if keys is not None:
        access, secret = keys
        placed = replace(placed, aws_access_key_id=access, aws_secret_access_key=secret, aws_session_token="")
    try:
        return AwsEndpoint(service, placed, allowed=settings.allow_addresses if endpoint else None)
    except ValueError as error:
        raise ConnectorInputError(f"configuration.endpoint cannot be used: {error}") from error


def _keys(request: AwsRequest) -> tuple[str, str] | None:
    given = request.authentication
    return (given.access_key, given.secret_key) if isinstance(given, StaticCredentials) else None
