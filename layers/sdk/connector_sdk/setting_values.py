"""What the texts of settings may hold: a reader for each kind, which raises ValueError with what it should be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is kept, written `kind:name`, such as `dynamodb:orders-deliveries`."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class WebhookApi:
    """The HTTP API of a stack: its id, and connector type → id of the integration with the function of that kind."""

    id: str
    targets: Mapping[str, str]


def choice(*allowed: str) -> Callable[[str], str]:
    """One of a few words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text

    return read


def authentication(text: str) -> str:
    """Camunda's connector runtime says none, basic, oidc; its SDKs say NONE, BASIC, OAUTH."""
    methods = {"NONE": "NONE", "BASIC": "BASIC", "OAUTH": "OAUTH", "OIDC": "OAUTH"}
    if text.upper() not in methods:
        raise ValueError(f"one of {', '.join(methods)}")
    return methods[text.upper()]


def from_one_to(most: int) -> Callable[[str], int]:
    """A whole number."""

    def read(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise ValueError(f"a whole number from 1 to {most}")
        return int(text)

    return read


def names(text: str) -> tuple[str, ...]:
    """Names with commas between them, at least one."""
    found = tuple(name.strip() for name in text.split(","))
    if not all(found):
        raise ValueError("names with commas between them, such as sales,support")
    return found


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and CIDRs, separated by commas."""
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError("addresses or CIDRs separated by commas, such as 10.0.0.0/8") from error


def address(text: str) -> str:
    """An HTTP address, without slashes at its end."""
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("an http:// or https:// address")
    return text.rstrip("/")


def place(*kinds: str) -> Callable[[str], Place | None]:
    """A place of one of a few kinds; None for an empty text."""

    def read(text: str) -> Place | None:
        kind, _, name = text.partition(":")
        if text and (kind not in kinds or not name):
            raise ValueError(" or ".join(f"{one}:NAME" for one in kinds))
        return Place(kind, name) if text else None

    return read


def webhook_api(text: str) -> WebhookApi | None:
    """The stack's output WebhookApi; None for an empty text."""
    try:
        content = json.loads(text) if text else None
        return WebhookApi(str(content["api"]), {**content["targets"]}) if content else None
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError('{"api": "ID", "targets": {"CONNECTOR TYPE": "INTEGRATION ID"}}') from error


def secret_sources(text: str) -> tuple[Place, ...]:
    """Places of secrets, separated by commas."""
    found = []
    for part in text.split(","):
        kind, _, name = part.strip().partition(":")
        if not (name if kind in ("secretsmanager", "ssm") else kind == "environment" and not name):
            raise ValueError("secretsmanager:NAME, ssm:/PATH or environment, separated by commas")
        found.append(Place(kind, name))
    return tuple(found)
