"""Routes of the stack's HTTP API for webhooks whose kind has a function of its own; the generic one has every other.

They are made in the API itself, beside those of the template, and are gone with it: a model that is deployed today
needs no deployment of the stack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.settings import Settings
from connector_sdk.stores.routes import RoutedProcess
from devkit.checkout import ROOT
from devkit.generate import catalogue

GENERIC = "webhook"
OURS = "connectors webhooks sync"
"""The operation name of routes that are made here; no other is touched."""


def needs_routes(process: RoutedProcess) -> bool:
    """Whether one of the process's webhooks is of a kind with a function of its own."""
    kinds = _kinds()
    return any(kinds.get(_type(element), GENERIC) != GENERIC for element in process.elements)


def update_routes(settings: Settings, stack: str, address: str, processes: Sequence[RoutedProcess]) -> None:
    """Make the routes that the processes want, the first one's where several want a path; take away those of others.

    `address` is the stack's output WebhookAddress. Raises AwsError.
    """
    api = _Api(settings, urlsplit(address).netloc.partition(".")[0])
    integrations = {
        function: str(integration["integrationId"])
        for integration in api.items("integrations")
        if (function := _function(str(integration.get("integrationUri")), stack))
    }
    wanted = {
        f"ANY /inbound/{path}": f"integrations/{integrations[function]}"
        for path, function in _owners(processes).items()
        if function != GENERIC and function in integrations
    }
    for route in api.items("routes"):
        if wanted.get(route["routeKey"]) == route.get("target"):
            del wanted[route["routeKey"]]
        elif route.get("operationName") == OURS:
            api.delete("routes", str(route["routeId"]))
    for key, target in wanted.items():
        api.create("routes", {"routeKey": key, "target": target, "operationName": OURS})


class _Api:
    """The parts of one API, with API Gateway's own names."""

    def __init__(self, settings: Settings, api_id: str) -> None:
        self._endpoint = AwsEndpoint("apigateway", settings)
        self._path = f"/v2/apis/{api_id}"

    def items(self, kind: str) -> Iterator[Mapping[str, Any]]:
        query: dict[str, str] = {}
        while True:
            answer = self._endpoint.send(Call("GET", f"{self._path}/{kind}", query=query.items()))
            page = json.loads(answer.body)
            yield from page["items"]
            if not page.get("nextToken"):
                return
            query = {"nextToken": page["nextToken"]}

    def create(self, kind: str, content: Mapping[str, Any]) -> None:
        headers = {"content-type": "application/json"}
        self._endpoint.send(Call("POST", f"{self._path}/{kind}", headers=headers, body=json.dumps(content).encode()))

    def delete(self, kind: str, item_id: str) -> None:
        self._endpoint.send(Call("DELETE", f"{self._path}/{kind}/{item_id}"))


def _kinds() -> dict[str, str]:
    """Connector type → the name of its function."""
    return {one.connector.type: one.name for one in catalogue(ROOT) if one.group == "inbound"}


def _owners(processes: Sequence[RoutedProcess]) -> dict[str, str]:
    """Path → the function that serves it."""
    kinds = _kinds()
    owners: dict[str, str] = {}
    for process in processes:
        for element in process.elements:
            path, function = element["properties"].get("inbound.context"), kinds.get(_type(element))
            if path and function:
                owners.setdefault(path, function)
    return owners


def _type(element: Mapping[str, Any]) -> str:
    return str(element["properties"].get("inbound.type"))


def _function(uri: str, stack: str) -> str | None:
    """The public name of the stack's function that an integration leads to."""
    found = re.search(rf":function:{re.escape(stack)}-([\w-]+)", uri)
    return found[1] if found else None
