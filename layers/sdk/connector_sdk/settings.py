"""The only reader of the environment: every setting with its name, default and meaning in one table."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from connector_sdk.errors import SettingsError

Network = IPv4Network | IPv6Network


def environment() -> Mapping[str, str]:
    """The process environment; settings and the environment secret provider are the only callers."""
    return os.environ


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: `read` turns its text into a value and raises ValueError with what it should hold."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], Any] = str
    aliases: tuple[str, ...] = ()


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text

    return read


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError("addresses or CIDRs separated by commas, such as 10.0.0.0/8") from error


def _address(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("an http:// or https:// address")
    return text.rstrip("/")


SETTINGS: dict[str, Setting] = {
    "engine_address": Setting(
        "CAMUNDA_REST_ADDRESS",
        "",
        "where the engine's REST API is, with or without /v2",
        _address,
        ("ZEEBE_REST_ADDRESS",),
    ),
    "engine_authentication": Setting(
        "CAMUNDA_AUTH_STRATEGY", "NONE", "how to log in to the engine", _choice("NONE", "BASIC", "OAUTH")
    ),
    "engine_user": Setting("CAMUNDA_BASIC_AUTH_USERNAME", "", "user name for BASIC"),
    "engine_password": Setting("CAMUNDA_BASIC_AUTH_PASSWORD", "", "password for BASIC"),
    "engine_client_id": Setting("CAMUNDA_CLIENT_ID", "", "client id for OAUTH", aliases=("ZEEBE_CLIENT_ID",)),
    "engine_client_secret": Setting(
        "CAMUNDA_CLIENT_SECRET", "", "client secret for OAUTH", aliases=("ZEEBE_CLIENT_SECRET",)
    ),
    "engine_token_address": Setting(
        "CAMUNDA_OAUTH_URL",
        "https://login.cloud.camunda.io/oauth/token",
        "token endpoint for OAUTH",
        _address,
        ("ZEEBE_AUTHORIZATION_SERVER_URL",),
    ),
    "engine_token_audience": Setting(
        "CAMUNDA_TOKEN_AUDIENCE", "zeebe.camunda.io", "audience for OAUTH", aliases=("ZEEBE_TOKEN_AUDIENCE",)
    ),
    "engine_token_scope": Setting("CAMUNDA_TOKEN_SCOPE", "", "scope for OAUTH, if the token endpoint wants one"),
    "tenant_id": Setting("CAMUNDA_TENANT_ID", "<default>", "tenant whose jobs are taken", aliases=("ZEEBE_TENANT_ID",)),
    "compatibility": Setting(
        "CONNECTORS_COMPATIBILITY", "8.10", "whose rules apply where versions differ", _choice("8.8", "8.10")
    ),
    "allow_addresses": Setting(
        "CONNECTORS_ALLOW_ADDRESSES", "", "ranges that connectors may dial beside the public Internet", _networks
    ),
    "secret_prefix": Setting(
        "CONNECTORS_SECRET_PREFIX", "SECRET_", "environment variables with this prefix are secrets (development)"
    ),
}


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """All settings, read once. The repr shows no value, since some are secret."""

    engine_address: str
    engine_authentication: str
    engine_user: str
    engine_password: str
    engine_client_id: str
    engine_client_secret: str
    engine_token_address: str
    engine_token_audience: str
    engine_token_scope: str
    tenant_id: str
    compatibility: str
    allow_addresses: tuple[Network, ...]
    secret_prefix: str

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Settings:
        """Read every setting. Raises SettingsError naming the variable and what it should hold."""
        source = environment() if variables is None else variables
        return cls(**{attribute: _read(setting, source) for attribute, setting in SETTINGS.items()})


def _read(setting: Setting, source: Mapping[str, str]) -> Any:
    name = next((name for name in (setting.name, *setting.aliases) if source.get(name)), setting.name)
    try:
        return setting.read(source.get(name) or setting.default)
    except ValueError as error:
        raise SettingsError(f"{name} is not readable: it should hold {error}") from error
