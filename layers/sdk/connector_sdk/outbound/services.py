"""What a connector works with, made once for a function and shared by all of its jobs."""

from __future__ import annotations

from dataclasses import dataclass

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.http import HttpClient
from connector_sdk.secrets import EnvironmentSecrets, SecretProvider
from connector_sdk.settings import Settings, environment


@dataclass(frozen=True, slots=True, repr=False)
class Services:
    """Secrets, HTTP, time, and whose rules apply."""

    secrets: SecretProvider
    http: HttpClient
    compatibility: Compatibility
    clock: Clock

    @classmethod
    def from_settings(cls, settings: Settings | None = None, secrets: SecretProvider | None = None) -> Services:
        """As the environment says. Raises SettingsError."""
        chosen = settings or Settings.read()
        clock = SystemClock()
        return cls(
            secrets or EnvironmentSecrets(environment(), chosen.secret_prefix),
            HttpClient.from_settings(chosen, clock),
            Compatibility.of(chosen.compatibility),
            clock,
        )
