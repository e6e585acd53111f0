"""HTTP for connectors: requests over guarded connections, authentications, results and errors."""

from connector_sdk.http.client import HttpClient
from connector_sdk.http.errors import HttpError, InvalidRequest, ProtocolError, StatusError, Timeout, Unreachable
from connector_sdk.http.request import Request
from connector_sdk.http.response import BadStatus, Response
from connector_sdk.http.result import http_result
from connector_sdk.http.sending import Sender
from connector_sdk.http.status import raise_for_status

__all__ = [
    "BadStatus",
    "HttpClient",
    "HttpError",
    "InvalidRequest",
    "ProtocolError",
    "Request",
    "Response",
    "Sender",
    "StatusError",
    "Timeout",
    "Unreachable",
    "http_result",
    "raise_for_status",
]
