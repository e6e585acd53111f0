"""`connectors webhooks …`: which processes a deployed stack takes webhooks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import DeployedProcess, EngineClient
from connector_sdk.secrets import EngineSettings
from connector_sdk.settings import Settings
from connector_sdk.stores.routes import RoutedProcess, entry_id
from devkit.cli import exit_codes
from devkit.cli.addresses import http_address
from devkit.cli.output import console, print_line
from devkit.cli.problems import Refusal
from devkit.connector_runtime.models import read_models, routed
from devkit.webhooks.files import unserved
from devkit.webhooks.lines import lines
from devkit.webhooks.stack import StackWebhooks

webhooks = typer.Typer(name="webhooks", help="Webhooks of a deployed stack.", no_args_is_help=True)
Stack = Annotated[str, typer.Option(metavar="NAME", help="of the deployed stack")]


@webhooks.command()
def sync(
    models: Annotated[list[Path], typer.Argument(metavar="BPMN...", help="files with webhooks")], stack: Stack
) -> int:
    """Deploy BPMN files and have the stack take their webhooks.

    The engine is the one that CAMUNDA_REST_ADDRESS names, the account and region are those of AWS_…. A process that is
    deployed already in the same version is only entered. Functions see a change after a minute at the latest.
    """
    settings = Settings.read()
    taken = StackWebhooks.of(settings, stack)
    engine = EngineClient.from_settings(EngineSettings(settings).current())
    now = SystemClock().time_ms()
    for model in read_models(models):
        for deployed in engine.deploy([(model.name, model.xml)]):
            process = taken.enter(routed(model, deployed, now), engine)
            _show([process], taken.address)
            if not process.elements:
                print_line(console(), f"{process.process_definition_id} has no webhooks")
    taken.update_routes()
    return exit_codes.OK


@webhooks.command(name="list")
def list_(
    models: Annotated[list[Path] | None, typer.Argument(metavar="[BPMN]...", help="files with webhooks")] = None,
    stack: Annotated[str, typer.Option(metavar="NAME", help="of the deployed stack, instead of files")] = "",
    address: Annotated[
        str, typer.Option(metavar="URL", help="of the host that serves the files")
    ] = "http://127.0.0.1:8086",
) -> int:
    """Show webhooks: the address to paste, the process and element, how senders are recognised, where to set them up.

    Those that a stack takes, or those in files, as `connectors run` would serve them. Where several processes want a
    path, the first one has it, and the others wait.
    """
    if bool(models) == bool(stack):
        raise Refusal("name BPMN files, or a deployed stack with --stack")
    if stack:
        taken = StackWebhooks.of(Settings.read(), stack)
        processes, address = taken.table.all(), taken.address
    else:
        address = f"{http_address(address, '--address').rstrip('/')}/inbound/"
        processes = _servable(_in_files(models or []))
    _show(processes, address)
    return exit_codes.OK


def _in_files(files: list[Path]) -> list[RoutedProcess]:
    """What the files would be as first versions, in the order of the files. Raises UnusableModel."""
    return [
        routed(model, DeployedProcess(process.id, 1, "", model.name, "<default>"), 0)
        for model in read_models(files)
        for process in model.definitions.processes
        if process.executable
    ]


def _servable(processes: Sequence[RoutedProcess]) -> list[RoutedProcess]:
    """Print what cannot be served, and leave it out."""
    reasons = unserved(processes, Settings.read().compatibility)
    for (process_id, element_id), reason in reasons.items():
        print_line(console(), f"{process_id}, {element_id}: not served: {reason}")
    return [
        replace(process, elements=tuple(one for one in process.elements if _key(one) not in reasons))
        for process in processes
    ]


def _key(element: Mapping[str, Any]) -> tuple[str, str]:
    return element["process_definition_id"], element["element_id"]


@webhooks.command()
def retire(
    process: Annotated[str, typer.Argument(help="the process's id")],
    stack: Stack,
    tenant: Annotated[str, typer.Option(help="the process's tenant")] = "<default>",
) -> int:
    """Take no more webhooks for a process, whatever is deployed; what was accepted already is still published.

    Of a deployed stack only: `connectors run` serves its files and what is deployed, and has nothing to retire.
    """
    taken = StackWebhooks.of(Settings.read(), stack)
    found = taken.table.get(entry_id(tenant, process))
    if found is None:
        raise Refusal(f"no webhooks are taken for {process} of tenant {tenant}; `connectors webhooks list` shows them")
    taken.table.put(replace(found, elements=(), retired=True))
    taken.update_routes()
    return exit_codes.OK


def _show(processes: Sequence[RoutedProcess], address: str) -> None:
    for line in lines(processes, address, Settings.read().compatibility):
        print_line(console(), line)
