"""Routes of the stack's HTTP API: one for each webhook, with its method, to the function of its kind.

They are made in the API itself, beside those of the template, and are gone with it: a model that is deployed today
needs no deployment of the stack. Each has a throttle and a line in the access log of its own. What has no route yet,
or has a path that no route key can spell, is taken by the template's `ANY /inbound/{context}`, the generic function.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.errors import AwsRefused
from connector_sdk.setting_values import WebhookApi
from connector_sdk.settings import Settings
from connector_sdk.stores.routes import RoutedProcess

GENERIC = "io.camunda:webhook:1"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
MOST_ROUTES = 250
"""An API may have 300, unless AWS allows more. Kinds with a function of their own come first: they need theirs."""
OURS = "connectors webhooks sync"
"""The operation name of routes that are made here; no other is touched."""
_PATH = re.compile(r"[A-Za-z0-9._~-]+")
_PASSES = frozenset({"ConflictException", "NotFoundException"})
"""Somebody else did the same a moment ago."""
_LOG = logging.getLogger(__name__)


class ApiRoutes:
    """The routes of one API. Methods raise AwsError."""

    def __init__(self, settings: Settings, api: WebhookApi) -> None:
        self._endpoint = AwsEndpoint("apigateway", settings)
        self._path = f"/v2/apis/{api.id}/routes"
        self._targets = api.targets

    def update(self, processes: Sequence[RoutedProcess]) -> dict[str, int]:
        """Make the routes that the processes want, the first one's where several want a path; take the others away.

        Returns how many were made and taken away.
        """
        wanted = route_keys(processes, self._targets)
        stale = []
        for route in self._routes():
            if wanted.get(route["routeKey"]) == route.get("target"):
                del wanted[route["routeKey"]]
            elif route.get("operationName") == OURS:
                stale.append(str(route["routeId"]))
        for route_id in stale:
            self._change(Call("DELETE", f"{self._path}/{route_id}"))
        for key, target in wanted.items():
            content = {"routeKey": key, "target": target, "operationName": OURS}
            headers = {"content-type": "application/json"}
            self._change(Call("POST", self._path, headers=headers, body=json.dumps(content).encode()))
        return {"routesMade": len(wanted), "routesTakenAway": len(stale)}

    def _change(self, call: Call) -> None:
        try:
            self._endpoint.send(call)
        except AwsRefused as error:
            if error.code not in _PASSES:
                raise

    def _routes(self) -> Iterator[Mapping[str, Any]]:
        query: dict[str, str] = {}
        while True:
            page = json.loads(self._endpoint.send(Call("GET", self._path, query=query.items())).body)
            yield from page["items"]
            if not page.get("nextToken"):
                return
            query = {"nextToken": page["nextToken"]}


def route_keys(processes: Sequence[RoutedProcess], targets: Mapping[str, str]) -> dict[str, str]:
    """Route key → target. `targets`: connector type → id of its function's integration."""
    owners: dict[str, _Webhook] = {}
    for webhook in (one for process in processes for one in _webhooks(process)):
        if webhook.type in targets:
            owners.setdefault(webhook.path, webhook)
    spelled = [webhook for webhook in owners.values() if _PATH.fullmatch(webhook.path)]
    ordered = sorted(spelled, key=lambda one: one.type == GENERIC)
    if len(ordered) > MOST_ROUTES:
        _LOG.warning(
            "an API may not have more than %d routes for webhooks: %d have none of their own, and are left to the "
            "generic function: %.1000s",
            MOST_ROUTES,
            len(ordered) - MOST_ROUTES,
            ", ".join(one.path for one in ordered[MOST_ROUTES:]),
        )
    return {one.key: f"integrations/{targets[one.type]}" for one in ordered[:MOST_ROUTES]}


@dataclass(frozen=True, slots=True)
class _Webhook:
    type: str
    path: str
    method: str

    @property
    def key(self) -> str:
        method = self.method.upper()
        return f"{method if method in METHODS else 'ANY'} /inbound/{self.path}"


def _webhooks(process: RoutedProcess) -> Iterator[_Webhook]:
    """One element that nobody can read must not take the routes of the others away."""
    for element in process.elements:
        try:
            properties = element["properties"]
            yield _Webhook(*(_text(properties, f"inbound.{name}") for name in ("type", "context", "method")))
        except (KeyError, TypeError, AttributeError) as error:
            _LOG.error("an element of %s gets no route, it cannot be read: %r: %.200s", process.id, error, element)


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name, "")
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value
