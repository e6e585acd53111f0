"""The engine's client in a function that lives for hours, while its credentials are rotated."""

from __future__ import annotations

import threading
from collections.abc import Callable

from connector_sdk.engine_client.client import EngineClient
from connector_sdk.settings import Settings


class CurrentEngine:
    """One client, its connections and tokens kept, made again when the settings have changed. Threads may share it."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        """`settings` gives those of now, such as `EngineSettings.current`."""
        self._settings = settings
        self._lock = threading.Lock()
        self._made: tuple[Settings, EngineClient] | None = None

    def client(self) -> EngineClient:
        """Raises SettingsError, and what `settings` raises."""
        with self._lock:
            settings = self._settings()
            if self._made is None or self._made[0] != settings:
                self._made = settings, EngineClient.from_settings(settings)
            return self._made[1]
