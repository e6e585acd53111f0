"""Webhooks of files: what `connectors run` would not serve of them, found without an engine and without secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.route import Routes
from connector_sdk.stores.routes import RoutedProcess
from devkit.connector_runtime.entries import path_problem
from devkit.connector_runtime.functions import INBOUND
from devkit.connector_runtime.runtime import FETCHED

STAND_INS = ("c3RhbmQtaW4=", "https://stand-in.test/")
"""For secrets: one that is Base64, one that is an address. What is refused with each is not the secret's fault."""


@dataclass(frozen=True, slots=True)
class _StandIn:
    """Every secret, whatever its name."""

    value: str

    def get(self, name: str) -> str:
        return self.value


def unserved(processes: Sequence[RoutedProcess], compatibility: str) -> Mapping[tuple[str, str], str]:
    """Why elements cannot be served, by process id and element id."""
    served = {*(one.type for one in INBOUND), *FETCHED}
    reasons = {
        (element.process_definition_id, element.element_id): f"nothing here serves the type {element.type}"
        for element in _elements(processes)
        if element.type not in served
    }
    refused, another = (_refused(processes, compatibility, value) for value in STAND_INS)
    return reasons | {key: reason for key, reason in refused.items() if key in another}


def _refused(processes: Sequence[RoutedProcess], compatibility: str, secret: str) -> dict[tuple[str, str], str]:
    routes = Routes(INBOUND, _StandIn(secret), compatibility)
    found: dict[tuple[str, str], str] = {}
    for process in processes:
        deployed = DeployedProcess(process.process_definition_id, process.version, process.key, "", process.tenant_id)
        for refusal in routes.deploy(deployed, list(_elements([process]))):
            found |= {(one.process_definition_id, one.element_id): refusal.reason for one in refusal.elements}
    for queue in routes:
        if problem := path_problem(queue[0].path):
            found |= {(one.process_definition_id, one.element_id): problem for route in queue for one in route.elements}
    return found


def _elements(processes: Sequence[RoutedProcess]) -> list[InboundElement]:
    return [InboundElement.from_json(one) for process in processes for one in process.elements]
