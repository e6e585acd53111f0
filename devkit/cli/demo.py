"""`connectors demo`: the whole way once, in front of one's eyes."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from devkit.cli import exit_codes
from devkit.cli.output import console, print_json
from devkit.cli.problems import Refusal
from devkit.demo import github, screen
from devkit.demo.story import Demo, Exchange, Instance, Unexpected, started

OWNED = ("issue_opened", "find_owner", "open_ticket", "ticket_opened")
UNOWNED = ("issue_opened", "find_owner", "no_owner", "unowned")


def demo(as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False) -> int:
    """Show a signed webhook and what comes of it.

    Starts a development engine, the poller, the functions, a webhook server and a small REST API on loopback, sends
    GitHub's webhook, and checks every step; status 1 if one is not as it should be.
    """
    try:
        with started() as parts:
            shown = Console(quiet=True) if as_json else console()
            print_result = _tell(parts, shown)
            if as_json:
                print_json(print_result)
    except Unexpected as error:
        raise Refusal(f"the demo failed: {error}", exit_codes.DIFFERENCE) from error
    return exit_codes.OK


def _tell(parts: Demo, out: Console) -> dict[str, Any]:
    _introduce(parts, out)
    forged = parts.send(
        "a wrong signature",
        github.issue_opened("acme/webshop", 41, "Forged", delivery="forged", secret=github.GUESS),
        401,
    )
    screen.section(out, "1  A webhook with a wrong signature is refused", screen.exchange(forged))
    parts.no_instance()
    owned = parts.send(
        "a signed webhook", github.issue_opened("acme/webshop", 42, "Checkout hangs", delivery="delivery-42"), 202
    )
    screen.section(out, "2  GitHub sends: somebody opened an issue", screen.exchange(owned))
    ticket = parts.instance(OWNED)
    _show_instance(out, "3  The process finds the owner and opens a ticket", ticket)
    unowned = parts.send("a second webhook", github.issue_opened("acme/attic", 7, "Dusty", delivery="delivery-7"), 202)
    screen.section(out, "4  GitHub sends: an issue in a repository that nobody owns", screen.exchange(unowned))
    error = parts.instance(UNOWNED)
    _show_instance(out, "5  The REST call answers 404, and the BPMN error takes the other way", error)
    screen.section(
        out,
        "Try it with GitHub",
        Text("Repository → Settings → Webhooks → Add webhook"),
        Text("  Payload URL   https://<your public host>/inbound/github-issues"),
        Text("  Content type  application/json"),
        Text("  Secret        the value of SECRET_GITHUB_WEBHOOK_SECRET"),
        Text("  Events        Issues"),
        Text("GitHub needs a public address in front of this machine, where the demo had"),
        Text(f"  {parts.url}", no_wrap=True, overflow="ignore"),
        Text("Then: .venv/bin/connectors run examples/github-issue/github-issue.bpmn"),
    )
    return {
        "url": parts.url,
        "webhooks": [_exchange(one) for one in (forged, owned, unowned)],
        "instances": [_instance(one) for one in (ticket, error)],
    }


def _introduce(parts: Demo, out: Console) -> None:
    process = parts.runtime.deployed[0]
    screen.section(
        out,
        "Serverless connectors for Camunda 8: the demo",
        Text(f"development engine   {parts.engine.address}"),
        Text(f"webhook gateway      {parts.runtime.address}"),
        Text(f"REST API to call     {parts.catalogue.address}  (a made-up service catalogue)"),
        Text(f"deployed             {process.process_definition_id} version {process.version}, key {process.key}"),
        Text(f"functions            {', '.join(parts.runtime.functions.types)}, io.camunda:webhook:1"),
    )


def _show_instance(out: Console, title: str, instance: Instance) -> None:
    parts = (Text(f"instance {instance.key}"), screen.path(instance), Text(""))
    screen.section(out, title, *parts, screen.jobs(instance.jobs), Text(""), screen.variables(instance))


def _exchange(one: Exchange) -> dict[str, Any]:
    return {"title": one.title, "url": one.url, "status": one.answer.status, "answer": one.answer.body.decode()}


def _instance(one: Instance) -> dict[str, Any]:
    return {
        "processInstanceKey": one.key,
        "path": [element for element, _ in one.path],
        "jobs": [
            {
                "type": done.job.type,
                "elementId": done.job.element_id,
                "function": done.function,
                "outcome": done.outcome,
                "message": done.message,
            }
            for done in one.jobs
        ],
        "variables": dict(one.variables),
    }
