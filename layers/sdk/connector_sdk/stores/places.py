"""The deliveries store that CONNECTORS_DELIVERIES names."""

from __future__ import annotations

from connector_sdk.errors import SettingsError
from connector_sdk.settings import Settings
from connector_sdk.stores.deliveries import Deliveries


def deliveries_at(settings: Settings) -> Deliveries:
    """Open the store. Raises SettingsError."""
    place = settings.deliveries
    if place is None:
        raise SettingsError("CONNECTORS_DELIVERIES is not set: it names where webhook deliveries are recorded")
    if place.kind == "dynamodb":
        from connector_sdk.stores.dynamodb import DynamoDbDeliveries

        return DynamoDbDeliveries(settings, place.name)
    from connector_sdk.stores.sqlite import SqliteDeliveries

    return SqliteDeliveries(place.name)
