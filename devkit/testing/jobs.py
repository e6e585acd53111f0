"""Trying a connector without an engine: one job in, its outcome out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from connector_sdk.clock import SystemClock
from connector_sdk.compatibility import NEWEST, Compatibility
from connector_sdk.http import HttpClient, Sender
from connector_sdk.http.transport import GuardedTransport
from connector_sdk.job import Job
from connector_sdk.outbound import Connector, Services
from connector_sdk.outcome import Outcome
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings

NOTHING: Mapping[str, str] = {}
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def run_job(
    connector: Connector,
    variables: Mapping[str, Any],
    *,
    secrets: Mapping[str, str] | None = None,
    retries: int = 3,
    compatibility: str = NEWEST,
    environment: Mapping[str, str] = NOTHING,
    **headers: Any,
) -> Outcome:
    """Run one job as the Lambda function would, in that environment; `headers` are the task's custom headers.

        outcome = run_job(weather, {"city": "X"}, secrets={"KEY": "k"}, errorExpression='=bpmnError("NO", "m")')

    Services on this machine can be reached, and nothing waits before a repeat.
    """
    services = services_for(secrets or {}, compatibility, environment)
    return connector.run(Job("1", connector.type, retries, headers, variables), services)


def services_for(
    secrets: Mapping[str, str], compatibility: str = NEWEST, environment: Mapping[str, str] = NOTHING
) -> Services:
    """Services for tests: these secrets, this environment, loopback allowed, no waiting."""
    return Services(
        EnvironmentSecrets(secrets, prefix=""),
        _http(),
        Compatibility.of(compatibility),
        SystemClock(),
        settings=replace(Settings.read(environment), allow_addresses=LOOPBACK),
    )


@lru_cache(maxsize=1)
def _http() -> HttpClient:
    return HttpClient(Sender(GuardedTransport(LOOPBACK), pause=no_pause))


def no_pause(seconds: float) -> None:
    """Tests do not wait."""
