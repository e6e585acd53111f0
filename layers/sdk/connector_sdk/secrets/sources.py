"""The providers that CONNECTORS_SECRETS names, asked in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.clock import Clock
from connector_sdk.errors import SettingsError
from connector_sdk.secrets.parameter_store import ParameterStoreSecrets
from connector_sdk.secrets.provider import (
    AdvisingSecrets,
    CachedSecrets,
    EnvironmentSecrets,
    RememberedSecrets,
    SecretProvider,
)
from connector_sdk.secrets.secrets_manager import SecretsManagerSecrets
from connector_sdk.setting_values import Place
from connector_sdk.settings import Settings, environment

ENGINE_PREFIXES = ("CAMUNDA_", "ZEEBE_")
"""What an engine secret's members may be called; nothing else of the environment can be set by a secret."""


class SecretSources:
    """Several providers as one: the first that knows a name gives its value."""

    def __init__(self, providers: Sequence[SecretProvider]) -> None:
        self._providers = tuple(providers)

    def get(self, name: str) -> str | None:
        """Only a name that no provider remembers is looked for again: a shared one makes nobody ask for the first."""
        first = (self._remembered(provider, name) for provider in self._providers)
        again = (provider.get(name) for provider in self._providers if isinstance(provider, RememberedSecrets))
        return next((value for value in chain(first, again) if value is not None), None)

    def advice(self, name: str) -> str:
        """That of the first provider that has one."""
        return next((one.advice(name) for one in self._providers if isinstance(one, AdvisingSecrets)), "")

    def outdate(self) -> None:
        for provider in self._providers:
            if isinstance(provider, CachedSecrets):
                provider.outdate()

    def _remembered(self, provider: SecretProvider, name: str) -> str | None:
        return provider.remembered(name) if isinstance(provider, RememberedSecrets) else provider.get(name)


def secrets_from(settings: Settings) -> SecretProvider:
    """The providers of a function. Nothing is read yet. Raises SettingsError for AWS without region or keys."""
    services = {place.kind for place in settings.secrets} & {"secretsmanager", "ssm"}
    endpoints = {service: AwsEndpoint(service, settings) for service in services}
    providers = [_provider(place, settings, endpoints) for place in settings.secrets]
    return providers[0] if len(providers) == 1 else SecretSources(providers)


class EngineSettings:
    """Settings with what CONNECTORS_ENGINE_SECRET holds, a JSON object of CAMUNDA_… variables.

    The secret is read again every few minutes, so that a function that lives for hours follows a rotation.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        """Nothing is read yet. Raises SettingsError for AWS without region or keys."""
        self._settings = settings
        self._members: SecretsManagerSecrets | None = None
        if settings.engine_secret:
            self._members = SecretsManagerSecrets(
                AwsEndpoint("secretsmanager", settings), settings.engine_secret, clock
            )

    def current(self) -> Settings:
        """The settings now. Raises SettingsError if the secret is empty or missing, SecretsUnavailable."""
        if self._members is None:
            return self._settings
        found = {name: value for name, value in self._members.all().items() if name.startswith(ENGINE_PREFIXES)}
        if not found:
            raise SettingsError(
                f"the secret {self._settings.engine_secret} (CONNECTORS_ENGINE_SECRET) does not exist or names no "
                'CAMUNDA_ variable; it should hold {"CAMUNDA_CLIENT_ID": "…", "CAMUNDA_CLIENT_SECRET": "…"}'
            )
        return self._settings.with_variables(found)


def _provider(place: Place, settings: Settings, endpoints: Mapping[str, AwsEndpoint]) -> SecretProvider:
    if place.kind == "secretsmanager":
        return SecretsManagerSecrets(endpoints["secretsmanager"], place.name)
    if place.kind == "ssm":
        return ParameterStoreSecrets(endpoints["ssm"], place.name)
    return EnvironmentSecrets(environment(), settings.secret_prefix)
