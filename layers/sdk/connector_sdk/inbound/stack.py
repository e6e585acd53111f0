"""What a deployed function of an inbound kind works with: its stack's routes and deliveries, and the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from connector_sdk.engine_client import CurrentEngine
from connector_sdk.inbound.activations import Activations
from connector_sdk.inbound.fresh import FreshRoutes
from connector_sdk.secrets import EngineSettings, secrets_from
from connector_sdk.settings import Settings
from connector_sdk.stores import Deliveries
from connector_sdk.stores.places import deliveries_at
from connector_sdk.stores.routes import routes_at

A = TypeVar("A", bound=Activations[Any])


@dataclass(frozen=True)
class Stack(Generic[A]):
    """Kept between a function's events. `fresh` gives the routes, subscriptions or polls of its kind."""

    fresh: FreshRoutes[A]
    engine: CurrentEngine
    deliveries: Deliveries

    @classmethod
    def of(cls, activations: type[A], connector: Any, settings: Settings) -> Stack[A]:
        """As the environment says. Raises SettingsError, SecretsUnavailable."""
        secrets, engine = secrets_from(settings), CurrentEngine(EngineSettings(settings).current)
        deliveries = deliveries_at(settings)
        table = routes_at(settings.routes, settings)
        return cls(
            FreshRoutes(table, lambda: activations([connector], secrets, settings.compatibility)), engine, deliveries
        )
