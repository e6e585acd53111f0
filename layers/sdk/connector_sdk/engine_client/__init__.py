"""Camunda 8's REST API v2, as far as the kit needs it. Keys are text, whatever the engine's version sends."""

from connector_sdk.engine_client.authentication import Authentication, Basic, ClientCredentials
from connector_sdk.engine_client.client import EngineClient
from connector_sdk.engine_client.current import CurrentEngine
from connector_sdk.engine_client.documents import EngineDocuments
from connector_sdk.engine_client.records import CorrelatedMessage, CreatedInstance, DeployedProcess, PublishedMessage

__all__ = [
    "Authentication",
    "Basic",
    "ClientCredentials",
    "CorrelatedMessage",
    "CreatedInstance",
    "CurrentEngine",
    "DeployedProcess",
    "EngineClient",
    "EngineDocuments",
    "PublishedMessage",
]
