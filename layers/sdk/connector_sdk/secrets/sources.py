"""The providers that CONNECTORS_SECRETS names, asked in its order."""

from __future__ import annotations

from collections.abc import Sequence

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.errors import SettingsError
from connector_sdk.secrets.parameter_store import ParameterStoreSecrets
from connector_sdk.secrets.provider import EnvironmentSecrets, SecretProvider
from connector_sdk.secrets.secrets_manager import SecretsManagerSecrets
from connector_sdk.settings import Place, Settings, environment

ENGINE_PREFIXES = ("CAMUNDA_", "ZEEBE_")
"""What an engine secret's members may be called; nothing else of the environment can be set by a secret."""


class SecretSources:
    """Several providers as one: the first that knows a name gives its value."""

    def __init__(self, providers: Sequence[SecretProvider]) -> None:
        self._providers = tuple(providers)

    def get(self, name: str) -> str | None:
        return next((value for provider in self._providers if (value := provider.get(name)) is not None), None)


def secrets_from(settings: Settings) -> SecretProvider:
    """The providers of a function. Nothing is read yet. Raises SettingsError for AWS without region or keys."""
    providers = [_provider(place, settings) for place in settings.secrets]
    return providers[0] if len(providers) == 1 else SecretSources(providers)


def with_engine_credentials(settings: Settings) -> Settings:
    """The settings with what CONNECTORS_ENGINE_SECRET holds, a JSON object of CAMUNDA_… variables.

    Raises SettingsError if the secret is empty or missing, SecretsUnavailable if it cannot be read.
    """
    if not settings.engine_secret:
        return settings
    members = SecretsManagerSecrets(AwsEndpoint("secretsmanager", settings), settings.engine_secret).all()
    found = {name: value for name, value in members.items() if name.startswith(ENGINE_PREFIXES)}
    if not found:
        raise SettingsError(
            f"the secret {settings.engine_secret} (CONNECTORS_ENGINE_SECRET) does not exist or names no variable that "
            'begins with CAMUNDA_; it should hold {"CAMUNDA_CLIENT_ID": "…", "CAMUNDA_CLIENT_SECRET": "…"}'
        )
    return Settings.read({**environment(), **found})


def _provider(place: Place, settings: Settings) -> SecretProvider:
    if place.kind == "secretsmanager":
        return SecretsManagerSecrets(AwsEndpoint("secretsmanager", settings), place.name)
    if place.kind == "ssm":
        return ParameterStoreSecrets(AwsEndpoint("ssm", settings), place.name)
    return EnvironmentSecrets(environment(), settings.secret_prefix)
