"""`connectors events send`: what a vendor would send, to try a webhook without the vendor."""

from __future__ import annotations

import re
import secrets as random
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings, environment
from devkit.cli import exit_codes
from devkit.cli.output import console, print_line
from devkit.cli.problems import Refusal
from devkit.events import VENDORS, sample
from devkit.events import send as send_event

events = typer.Typer(name="events", help="Events as vendors send them.", no_args_is_help=True)


@events.command(name="list")
def list_() -> int:
    """Show the vendors and their events."""
    for vendor, of_vendor in VENDORS.items():
        print_line(console(), f"{vendor}: {', '.join(of_vendor)}")
    return exit_codes.OK


@events.command()
def send(
    vendor: Annotated[str, typer.Argument(help="such as github; `connectors events list` shows all")],
    to: Annotated[str, typer.Option(metavar="URL", help="the webhook's address, as `connectors run` shows it")],
    event: Annotated[str, typer.Option(help="such as push; the vendor's first if there is none")] = "",
    secret: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="sign with it: GITHUB, or {{secrets.GITHUB}}, is SECRET_GITHUB in the environment"
        ),
    ] = "",
    body: Annotated[Path | None, typer.Option(metavar="FILE", help="this body instead of the sample's")] = None,
    delivery: Annotated[str, typer.Option(metavar="ID", help="the delivery's id; the same one again is a repeat")] = "",
) -> int:
    """Send an event as its vendor does, signed if a secret is named, and show the answer.

    Status 1 if the answer is not 2xx.
    """
    chosen = sample(vendor, event, delivery or random.token_hex(12))
    if body is not None:
        chosen = replace(chosen, body=_content(body))
    try:
        reply = send_event(chosen, to, vendor, _secret(secret) if secret else "")
    except ValueError as error:
        raise Refusal(f"{to} cannot be used: {error}; name an address such as {EXAMPLE}") from error
    except OSError as error:
        raise Refusal(f"no answer from {to}: {error}; is `connectors run` running?") from error
    text = reply.body.decode(errors="replace")
    print_line(console(), f"{reply.status} {text}".rstrip())
    return exit_codes.OK if reply.accepted else exit_codes.DIFFERENCE


EXAMPLE = "http://127.0.0.1:8086/inbound/orders"


SPELLED = re.compile(r"\{\{\s*secrets\.([^\s{}]+)\s*\}\}|secrets\.(\S+)")
"""A secret as models spell it."""


def _secret(given: str) -> str:
    spelled = SPELLED.fullmatch(given.strip())
    name = (spelled[1] or spelled[2]) if spelled else given
    prefix = Settings.read().secret_prefix
    found = EnvironmentSecrets(environment(), prefix).get(name)
    if not found:
        raise Refusal(f"the secret {name} is missing; set it in the environment: export {prefix}{name}=…")
    return found


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}; name a file that exists") from error
