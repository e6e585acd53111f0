"""The only reader of the environment: every setting with its name, default, meaning and readers in one table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from connector_sdk.errors import SettingsError
from connector_sdk.setting_values import (
    Network,
    Place,
    WebhookApi,
    address,
    authentication,
    choice,
    from_one_to,
    names,
    networks,
    place,
    secret_sources,
    webhook_api,
)

OUTBOUND = "outbound"
INBOUND = "inbound"
POLLER = "poller"
REDELIVERY = "redelivery"
DOCUMENTS = "documents"
IMPORTER = "importer"
MESSAGES = "messages"
CONTAINER_KEYS = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
FUNCTIONS = (OUTBOUND, INBOUND, POLLER, REDELIVERY, DOCUMENTS, IMPORTER, MESSAGES)
"""The groups of deployed functions; a setting names those that read it."""
ENGINE = (INBOUND, POLLER, REDELIVERY, DOCUMENTS, IMPORTER, MESSAGES)
"""Those that speak to the engine."""


def environment() -> Mapping[str, str]:
    """The process environment: the one place that reads it, for settings, for secrets, and for the development kit's
    child processes, which inherit a few variables."""
    return os.environ


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: `read` turns its text into a value and raises ValueError with what it should hold."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], Any] = str
    aliases: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    """The groups of deployed functions whose `Environment` may hold it."""


SETTINGS: dict[str, Setting] = {
    "engine_address": Setting(
        "CAMUNDA_REST_ADDRESS",
        "",
        "where the engine's REST API is, with or without /v2",
        address,
        ("CAMUNDA_CLIENT_RESTADDRESS", "CAMUNDA_CLIENT_REST_ADDRESS", "ZEEBE_REST_ADDRESS"),
        functions=ENGINE,
    ),
    "engine_authentication": Setting(
        "CAMUNDA_AUTH_STRATEGY",
        "NONE",
        "how to log in to the engine",
        authentication,
        ("CAMUNDA_CLIENT_AUTH_METHOD",),
        functions=ENGINE,
    ),
    "engine_user": Setting(
        "CAMUNDA_BASIC_AUTH_USERNAME", "", "user name for BASIC", aliases=("CAMUNDA_CLIENT_AUTH_USERNAME",)
    ),
    "engine_password": Setting(
        "CAMUNDA_BASIC_AUTH_PASSWORD", "", "password for BASIC", aliases=("CAMUNDA_CLIENT_AUTH_PASSWORD",)
    ),
    "engine_client_id": Setting(
        "CAMUNDA_CLIENT_ID", "", "client id for OAUTH", aliases=("CAMUNDA_CLIENT_AUTH_CLIENTID", "ZEEBE_CLIENT_ID")
    ),
    "engine_client_secret": Setting(
        "CAMUNDA_CLIENT_SECRET",
        "",
        "client secret for OAUTH",
        aliases=("CAMUNDA_CLIENT_AUTH_CLIENTSECRET", "ZEEBE_CLIENT_SECRET"),
    ),
    "engine_token_address": Setting(
        "CAMUNDA_OAUTH_URL",
        "https://login.cloud.camunda.io/oauth/token",
        "token endpoint for OAUTH",
        address,
        ("CAMUNDA_CLIENT_AUTH_TOKENURL", "ZEEBE_AUTHORIZATION_SERVER_URL"),
        functions=ENGINE,
    ),
    "engine_token_audience": Setting(
        "CAMUNDA_TOKEN_AUDIENCE",
        "zeebe.camunda.io",
        "audience for OAUTH",
        aliases=("CAMUNDA_CLIENT_AUTH_AUDIENCE", "ZEEBE_TOKEN_AUDIENCE"),
        functions=ENGINE,
    ),
    "engine_token_scope": Setting(
        "CAMUNDA_TOKEN_SCOPE", "", "scope for OAUTH, if the token endpoint wants one", functions=ENGINE
    ),
    "tenant_ids": Setting(
        "CAMUNDA_TENANT_ID",
        "<default>",
        "tenants whose jobs are taken, with commas between them",
        names,
        ("CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS", "ZEEBE_TENANT_ID"),
        functions=(POLLER,),
    ),
    "compatibility": Setting(
        "CONNECTORS_COMPATIBILITY",
        "8.10",
        "whose rules apply where versions differ",
        choice("8.8", "8.10"),
        functions=(OUTBOUND, INBOUND, POLLER, REDELIVERY, IMPORTER, MESSAGES),
    ),
    "allow_addresses": Setting(
        "CONNECTORS_ALLOW_ADDRESSES",
        "",
        "ranges that connectors may dial beside the public Internet",
        networks,
        functions=(OUTBOUND, INBOUND),
    ),
    "secret_prefix": Setting(
        "CONNECTORS_SECRET_PREFIX", "SECRET_", "environment variables with this prefix are secrets (development)"
    ),
    "secrets": Setting(
        "CONNECTORS_SECRETS",
        "environment",
        "where secrets are looked up, in this order: secretsmanager:NAME (a JSON object of secrets), ssm:/PATH "
        "(a parameter for each secret below the path), environment",
        secret_sources,
        functions=(OUTBOUND, INBOUND, MESSAGES),
    ),
    "engine_secret": Setting(
        "CONNECTORS_ENGINE_SECRET",
        "",
        "the Secrets Manager secret with the engine's credentials: a JSON object of CAMUNDA_… variables",
        functions=ENGINE,
    ),
    "operate_address": Setting(
        "CONNECTORS_OPERATE_ADDRESS", "", "Operate, to which the log of a job links", address, functions=(POLLER,)
    ),
    "engine_tokens": Setting(
        "CONNECTORS_ENGINE_TOKENS",
        "",
        "the DynamoDB table in which functions share the engine's tokens; empty: each asks for its own",
        functions=ENGINE,
    ),
    "stack": Setting(
        "CONNECTORS_STACK",
        "",
        "the stack whose connectors the poller serves: parameters below /<stack>/connectors",
        functions=(POLLER,),
    ),
    "poller_mode": Setting(
        "CONNECTORS_POLLER_MODE",
        "always",
        "always: jobs start at once; minute: the poller looks once a minute; off",
        choice("always", "minute", "off"),
        functions=(POLLER,),
    ),
    "batch_size": Setting(
        "CONNECTORS_BATCH_SIZE",
        "10",
        "jobs of one invocation during a backlog, of connectors whose calls may be repeated; 1: each alone",
        from_one_to(32),
        functions=(POLLER,),
    ),
    "deliveries": Setting(
        "CONNECTORS_DELIVERIES",
        "",
        "where webhook deliveries are recorded: dynamodb:TABLE or sqlite:FILE",
        place("dynamodb", "sqlite"),
        functions=(INBOUND, REDELIVERY),
    ),
    "delivery_bodies": Setting(
        "CONNECTORS_DELIVERY_BODIES",
        "",
        "the bucket for bodies that are too large for the deliveries table",
        functions=(INBOUND, REDELIVERY),
    ),
    "documents_function": Setting(
        "CONNECTORS_DOCUMENTS",
        "",
        "the function that keeps documents in the cluster's store for connectors, by name or ARN",
        functions=(OUTBOUND,),
    ),
    "document_objects": Setting(
        "CONNECTORS_DOCUMENT_OBJECTS",
        "",
        "BUCKET/PREFIX where documents over 4 MB are handed over",
        functions=(OUTBOUND, DOCUMENTS),
    ),
    "routes": Setting(
        "CONNECTORS_ROUTES",
        "",
        "where a webhook function looks its paths up: dynamodb:TABLE or file:FILE",
        place("dynamodb", "file"),
        functions=(INBOUND, IMPORTER),
    ),
    "webhook_api": Setting(
        "CONNECTORS_WEBHOOK_API",
        "",
        "the HTTP API in which each webhook has a route: its id, and an integration for each type, as JSON",
        webhook_api,
        functions=(IMPORTER,),
    ),
    "public_address": Setting(
        "CONNECTORS_PUBLIC_ADDRESS",
        "",
        "scheme and host that senders of webhooks use, if a proxy hides them",
        address,
        functions=(INBOUND,),
    ),
    "aws_region": Setting("AWS_REGION", "", "the region; Lambda sets it", aliases=("AWS_DEFAULT_REGION",)),
    "aws_access_key_id": Setting("AWS_ACCESS_KEY_ID", "", "the role's key; Lambda sets it"),
    "aws_secret_access_key": Setting("AWS_SECRET_ACCESS_KEY", "", "the role's secret key; Lambda sets it"),
    "aws_session_token": Setting("AWS_SESSION_TOKEN", "", "the role's session; Lambda sets it"),
    "container_credentials": Setting(
        CONTAINER_KEYS[0], "", "where a container's keys are; ECS sets it", aliases=CONTAINER_KEYS[1:]
    ),
    "container_token_file": Setting("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "", "proves who asks there; EKS sets it"),
    "execution_environment": Setting("AWS_EXECUTION_ENV", "", "set by Lambda: links and metadata stay shut there"),
    "aws_endpoint": Setting("AWS_ENDPOINT_URL", "", "one address for all of AWS, such as an emulator's", address),
}

LAMBDA = "AWS_Lambda_"
"""How AWS_EXECUTION_ENV begins in a function on AWS; emulators and tests leave it out."""
SEALED: tuple[Network, ...] = tuple(
    map(ip_network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10", "fd00:ec2::/32"))
)
"""This machine, link-local addresses and metadata services: CONNECTORS_ALLOW_ADDRESSES never opens them on AWS."""


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
    tenant_ids: tuple[str, ...]
    compatibility: str
    allow_addresses: tuple[Network, ...]
    secret_prefix: str
    secrets: tuple[Place, ...]
    engine_secret: str
    operate_address: str
    engine_tokens: str
    stack: str
    poller_mode: str
    batch_size: int
    deliveries: Place | None
    delivery_bodies: str
    documents_function: str
    document_objects: str
    routes: Place | None
    webhook_api: WebhookApi | None
    public_address: str
    aws_region: str
    aws_access_key_id: str
    aws_secret_access_key: str
    aws_session_token: str
    container_credentials: str
    container_token_file: str
    execution_environment: str
    aws_endpoint: str

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Settings:
        """Read every setting. Raises SettingsError naming the variable and what it should hold."""
        source = environment() if variables is None else variables
        values = {attribute: _read(setting, source) for attribute, setting in SETTINGS.items()}
        if values["execution_environment"].startswith(LAMBDA):
            values["allow_addresses"] = tuple(_without_sealed(values["allow_addresses"]))
        return cls(**values)

    def with_variables(self, variables: Mapping[str, str]) -> Settings:
        """These settings, but those that `variables` name. Raises SettingsError."""
        named = {
            attribute: _read(setting, variables)
            for attribute, setting in SETTINGS.items()
            if not variables.keys().isdisjoint((setting.name, *setting.aliases))
        }
        return replace(self, **named)


def _without_sealed(ranges: Iterable[Network]) -> Iterator[Network]:
    """The ranges without those that nobody may open in a deployed function."""
    left = list(ranges)
    for sealed in SEALED:
        left = [part for network in left for part in _difference(network, sealed)]
    yield from left


def _difference(network: Network, sealed: Network) -> Iterable[Network]:
    if isinstance(network, IPv4Network) and isinstance(sealed, IPv4Network):
        overlaps, inside = network.overlaps(sealed), network.subnet_of(sealed)
        return () if inside else network.address_exclude(sealed) if overlaps else (network,)
    if isinstance(network, IPv6Network) and isinstance(sealed, IPv6Network):
        overlaps, inside = network.overlaps(sealed), network.subnet_of(sealed)
        return () if inside else network.address_exclude(sealed) if overlaps else (network,)
    return (network,)


def _read(setting: Setting, source: Mapping[str, str]) -> Any:
    name = next((name for name in (setting.name, *setting.aliases) if source.get(name)), setting.name)
    try:
        return setting.read(source.get(name) or setting.default)
    except ValueError as error:
        raise SettingsError(f"{name} is not readable: it should hold {error}") from error
