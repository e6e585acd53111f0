"""What must survive a crash: a protocol for each store and its implementations."""

from connector_sdk.stores.deliveries import Deliveries, Delivery, State

__all__ = ["Deliveries", "Delivery", "State"]
