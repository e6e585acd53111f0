"""The importer as a Lambda function: one look a minute."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

from connector_sdk.engine_client import CurrentEngine
from connector_sdk.errors import EngineError, SettingsError
from connector_sdk.secrets import EngineSettings
from connector_sdk.settings import Settings
from connector_sdk.stores.routes import RoutesTable
from functions.runtime.importer.api_routes import ApiRoutes
from functions.runtime.importer.definitions import NoSearch
from functions.runtime.importer.importer import Importer

log = logging.getLogger("connectors.importer")
log.setLevel(logging.INFO)

END_MARGIN_SECONDS = 20.0
"""No further process is begun when less than this is left: an engine call may take as long."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """One round.

    Returns the ids of the processes that were entered and taken out, or why nothing was: `engineAway`, or `noSearch`.
    """
    found = _round(context.get_remaining_time_in_millis() / 1000 - END_MARGIN_SECONDS)
    # Whatever the engine says: what failed the last time, or was changed by a person, comes right.
    return found | _api_routes().update(_table().all())


def _round(limit_seconds: float) -> dict[str, Any]:
    try:
        done = _importer().round(limit_seconds)
    except (NoSearch, EngineError) as error:
        log.warning("%s", error)
        return {"noSearch" if isinstance(error, NoSearch) else "engineAway": str(error)}
    return {"entered": done.entered, "removed": done.removed, "unusable": done.unusable, "left": done.left}


@cache
def _importer() -> Importer:
    settings = Settings.read()
    engine = CurrentEngine(EngineSettings(settings).current)
    return Importer(engine.client, _table(), compatibility=settings.compatibility)


@cache
def _table() -> RoutesTable:
    settings = Settings.read()
    if settings.routes is None or settings.routes.kind != "dynamodb":
        raise SettingsError("CONNECTORS_ROUTES is not set: it should be dynamodb:TABLE, the table of routed processes")
    return RoutesTable(settings, settings.routes.name)


@cache
def _api_routes() -> ApiRoutes:
    settings = Settings.read()
    if settings.webhook_api is None:
        raise SettingsError("CONNECTORS_WEBHOOK_API is not set: it names the HTTP API in which webhooks have routes")
    return ApiRoutes(settings, settings.webhook_api)
