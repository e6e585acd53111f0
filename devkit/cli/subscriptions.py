"""`connectors subscriptions …`: what processes read from brokers, and the mappings and schedules that a stack needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector_sdk.secrets import secrets_from
from connector_sdk.settings import Settings
from devkit.cli import exit_codes
from devkit.cli.output import console, print_line
from devkit.cli.problems import Refusal
from devkit.connector_runtime.model_expressions import require_expressions
from devkit.connector_runtime.models import Model, read_models
from devkit.subscriptions.access import Access
from devkit.subscriptions.fragments import Source, file_of, fragment, left_out, sources_of

subscriptions = typer.Typer(
    name="subscriptions", help="Queues, topics and polls that processes wait for.", no_args_is_help=True
)
Models = Annotated[list[Path], typer.Argument(metavar="BPMN...", help="files with subscriptions")]


@subscriptions.command()
def sync(
    models: Models,
    broker: Annotated[str, typer.Option(metavar="ARN", help="of the Amazon MQ broker or Amazon MSK cluster")] = "",
    broker_secret: Annotated[
        str, typer.Option(metavar="ARN", help="of the secret with the broker's username and password")
    ] = "",
) -> int:
    """Write the event source mappings and schedules of BPMN files, for the next deployment of the stack.

    Each process has a file in the folder `subscriptions`, which `connectors generate` puts into template.yaml; the file
    of a process that subscribes to nothing any more is removed. Nothing is made in AWS before the stack is deployed.
    Secrets in the names of queues are those of CONNECTORS_SECRETS and of SECRET_… variables, as they are now.
    """
    root, settings = Path.cwd(), Settings.read()
    if not (root / "stack.yaml").is_file():
        raise Refusal("there is no stack.yaml here; run this in the folder of the project")
    secrets, access = secrets_from(settings), Access(broker, broker_secret)
    wanted = {
        process_id: (file_of(root, process_id), found, fragment(model.name, found, access))
        for model in _read(models)
        for process_id, found in sources_of(model, secrets, settings).items()
    }
    for process_id, (file, found, text) in wanted.items():
        for one in filter(left_out, found):
            print_line(console(), f"{_elements(one)} of {process_id}: {left_out(one)}; `connectors run` reads it")
        nothing = f"{process_id} subscribes to nothing{' that AWS reads' if found else ''}"
        if text:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print_line(console(), f"{file.relative_to(root)}: written; `connectors generate`, then `make deploy`")
        elif file.is_file():
            file.unlink()
            print_line(console(), f"{file.relative_to(root)}: removed; {nothing}")
        else:
            print_line(console(), nothing)
    return exit_codes.OK


@subscriptions.command(name="list")
def list_(models: Models) -> int:
    """Show subscriptions: the source, the process and elements, whether the process has a part in the template."""
    settings = Settings.read()
    secrets = secrets_from(settings)
    for model in _read(models):
        for process_id, found in sources_of(model, secrets, settings).items():
            file = file_of(Path.cwd(), process_id)
            where = f"in {file.parent.name}/{file.name}" if file.is_file() else "`connectors subscriptions sync` is due"
            if not found:
                print_line(console(), f"{process_id} subscribes to nothing")
            for one in found:
                part = "read by `connectors run` only" if left_out(one) else where
                print_line(console(), f"{one.path}  {process_id}, {_elements(one)}; {part}")
    return exit_codes.OK


def _read(files: list[Path]) -> list[Model]:
    """Raises UnusableModel, also for what `connectors run` would refuse."""
    models = read_models(files)
    require_expressions(models)
    return models


def _elements(source: Source) -> str:
    return ", ".join(element.element_id for element in source.elements)
