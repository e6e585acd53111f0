"""`connectors pause`: no more jobs of one connector."""

from __future__ import annotations

from typing import Annotated

import typer

from connector_sdk.settings import Settings
from devkit import pausing
from devkit.cli import exit_codes
from devkit.cli.output import console, print_line
from devkit.cli.problems import Refusal

Name = Annotated[str, typer.Argument(metavar="CONNECTOR", help="such as http-json")]
Stack = Annotated[str, typer.Option(metavar="NAME", help="of the deployed stack")]
Address = Annotated[str, typer.Option(metavar="URL", help="of a poller that runs with --health")]


def pause(connector: Name, stack: Stack = "", address: Address = "") -> int:
    """Let a connector's jobs wait in the engine.

    What runs is finished. A deployed poller sees it after half a minute at the latest, and keeps to it until
    `connectors resume`; a poller as a process sees it at once, and until it ends. A request for jobs that is open then
    may still bring some for ten seconds.
    """
    return tell(connector, stack, address, paused=True)


def tell(connector: str, stack: str, address: str, *, paused: bool) -> int:
    """Tell the poller. Raises Refusal, NotPaused, AwsError, SettingsError."""
    if stack and address:
        raise Refusal("name a deployed stack or a running poller, not both: --stack or --address")
    if not stack and not address:
        raise Refusal("name a deployed stack with --stack, or a running poller with --address")
    name = connector.replace("_", "-")
    if stack:
        pausing.in_stack(Settings.read(), stack, name, paused=paused)
    else:
        pausing.in_process(address, name, paused=paused)
    print_line(console(), f"{name} {'is paused' if paused else 'goes on'}")
    return exit_codes.OK
