"""The outbound door: a function of a model and a context becomes a connector.

@outbound_connector(type="io.acme:weather:1", name="Weather", repeat="safe")
def handler(request: ForecastRequest, context: JobContext) -> Forecast: ...
"""

from connector_sdk.errors import ConnectorError, ConnectorInputError, ConnectorRetryError
from connector_sdk.outbound.connector import Connector, outbound_connector
from connector_sdk.outbound.context import JobContext
from connector_sdk.outbound.failures import OnError
from connector_sdk.outbound.services import Services

__all__ = [
    "Connector",
    "ConnectorError",
    "ConnectorInputError",
    "ConnectorRetryError",
    "JobContext",
    "OnError",
    "Services",
    "outbound_connector",
]
