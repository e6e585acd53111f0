"""`connectors deliveries …`: the webhooks that were accepted, and what became of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from connector_sdk.clock import SystemClock
from connector_sdk.inbound.attempt import SEEN_AS
from connector_sdk.settings import Settings
from connector_sdk.stores import Deliveries, Delivery, State
from connector_sdk.stores.dynamodb import DynamoDbDeliveries
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.cli import exit_codes
from devkit.cli.masking import masked
from devkit.cli.output import console, print_json, print_line, print_rows
from devkit.cli.problems import Refusal
from devkit.webhooks.stack import stack_outputs

deliveries = typer.Typer(name="deliveries", help="Webhooks that were accepted.", no_args_is_help=True)
File = Annotated[Path, typer.Option(metavar="FILE", help="what `connectors run --deliveries` names")]
Stack = Annotated[str, typer.Option(metavar="NAME", help="the deliveries of a deployed stack instead of a file's")]
InState = Annotated[State | None, typer.Option("--state", help="only those that are there")]
COLUMNS = ("received", "delivery", "state", "for", "what happened")
DEFAULT_FILE = Path("deliveries.sqlite")
MOST = 10_000
"""Deliveries that `replay --state` takes at once."""
PRIMARY = 0xFF
"""The part of SQLite's extended result code that names the kind of error."""
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@deliveries.command(name="list")
def list_(
    file: File = DEFAULT_FILE,
    stack: Stack = "",
    state: InState = None,
    limit: Annotated[int, typer.Option(min=1, help="how many")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> int:
    """Show the newest deliveries."""
    with _store(file, stack) as store:
        found = store.newest(state=state, limit=limit)
    if as_json:
        print_json([_summary(one) for one in found])
        return exit_codes.OK
    table = Table(box=None)
    for name in COLUMNS:
        table.add_column(name, no_wrap=name in ("received", "state"))
    for one in found:
        table.add_row(*(Text(text, overflow="fold") for text in _row(one)))
    if found:
        print_rows(table)
    else:
        print_line(console(), "there are no deliveries")
    return exit_codes.OK


@deliveries.command()
def show(
    delivery: Annotated[str, typer.Argument(help="its id, as `list` shows it")],
    file: File = DEFAULT_FILE,
    stack: Stack = "",
) -> int:
    """Print a delivery as JSON: what was sent, who wants it, what became of it. Secrets and signatures are hidden."""
    with _store(file, stack) as store:
        print_json(_whole(_known(store, delivery)))
    return exit_codes.OK


@deliveries.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[DELIVERY]...", help="their ids")] = None,
    file: File = DEFAULT_FILE,
    stack: Stack = "",
    state: InState = None,
) -> int:
    """Set deliveries due again, whatever became of them: redelivery publishes them within a minute.

    A published one is published once more. Its message has the same id, so the engine drops it while it still knows the
    first; a plain start event starts another instance, unless the engine finds the first one (8.9 and newer).
    """
    if bool(ids) == (state is not None):
        raise Refusal("name deliveries, or those of a state: connectors deliveries replay --state dead")
    with _store(file, stack, changing=True) as store:
        chosen = [_known(store, one).id for one in ids or ()]
        chosen += [one.id for one in store.newest(state=state, limit=MOST)] if state else []
        busy = [one for one in chosen if not store.replay(one, SystemClock().time_ms())]
    print_line(console(), f"{len(chosen) - len(busy)} due again")
    if busy:
        raise Refusal(f"somebody works on {', '.join(busy)}; try again in a minute", exit_codes.DIFFERENCE)
    return exit_codes.OK


@contextmanager
def _store(file: Path, stack: str, *, changing: bool = False) -> Iterator[Deliveries]:
    """A file is only written to if that is wanted, and after it has been seen to hold deliveries."""
    if stack:
        yield _table(stack)
        return
    if not file.is_file():
        raise Refusal(f"there is no file {file}; name the one of `connectors run --deliveries` with --file")
    try:
        with SqliteDeliveries(file, read_only=True) as store:
            store.newest(limit=1)
            if not changing:
                yield store
                return
        with SqliteDeliveries(file) as store:
            yield store
    except sqlite3.Error as error:
        raise _unusable(file, error) from error


def _unusable(file: Path, error: sqlite3.Error) -> Refusal:
    if getattr(error, "sqlite_errorcode", 0) & PRIMARY in BUSY:
        return Refusal(f"{file} is locked by another program; try again in a moment")
    return Refusal(
        f"{file} cannot be read as deliveries: {error}; name the one of `connectors run --deliveries` with --file"
    )


def _table(stack: str) -> DynamoDbDeliveries:
    settings = Settings.read()
    outputs = stack_outputs(settings, stack)
    if "Deliveries" not in outputs:
        raise Refusal(f"the stack {stack} takes no webhooks: it was generated without one")
    return DynamoDbDeliveries(replace(settings, delivery_bodies=outputs.get("Payloads", "")), outputs["Deliveries"])


def _known(store: Deliveries, delivery_id: str) -> Delivery:
    found = store.get(delivery_id)
    if found is None:
        raise Refusal(f"there is no delivery {delivery_id}; `connectors deliveries list` shows what there is")
    return found


def _row(one: Delivery) -> tuple[str, ...]:
    wants = f"{one.element['process_definition_id']} v{one.element['version']} {one.element['element_id']}"
    status = f"answered {one.answer['status']}" if one.answer else ""
    next_try = f"next try {_time(one.due_ms)}" if one.due_ms is not None else ""
    happened = "; ".join(filter(None, (" ".join((one.error or "").split()), status, next_try)))
    return _time(one.received_ms) or "", one.id, str(one.state), wants, happened


def _summary(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "path": one.path,
        "state": one.state,
        "received": _time(one.received_ms),
        "attempts": one.attempts,
        "due": _time(one.due_ms),
        "error": one.error,
        "process": one.element["process_definition_id"],
        "version": one.element["version"],
        "element": one.element["element_id"],
    }


def _whole(one: Delivery) -> dict[str, Any]:
    payload = dict(one.payload)
    parts = [
        {**part, "content": f"{len(part['content']) * 3 // 4} bytes of content"}
        for name in SEEN_AS
        for part in payload.pop(name, ())
    ]
    more = {"parts": parts} if parts else {}
    shown = {**_summary(one), "answer": one.answer, "element": one.element, "payload": payload, **more}
    return {name: masked(value) for name, value in shown.items()}


def _time(time_ms: int | None) -> str | None:
    return None if time_ms is None else datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
