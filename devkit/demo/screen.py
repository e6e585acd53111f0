"""The demo as a person sees it: one section for each thing that happens. Colours only underline what words say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.box import SIMPLE
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from devkit.demo.story import Exchange, Instance
from functions.runtime.poller.finished import Finished

REASONS = {200: "OK", 202: "Accepted", 401: "Unauthorized"}
OUTCOME_STYLES = {"completed": "green", "error": "yellow", "failed": "red", "given back": "red"}
STATUS_STYLES = {2: "green", 4: "yellow", 5: "red"}


def section(console: Console, title: str, *parts: RenderableType) -> None:
    """A rule with a title, then the parts, indented."""
    with console.capture() as drawn:
        console.print(Rule(Text(title, style="bold"), align="left", style="dim"))
        console.print(Padding(Group(*parts), (0, 0, 1, 2), expand=False))
    # Drawn boxes are filled up with blanks, which are in the way of those who copy a line.
    console.file.write("".join(f"{line.rstrip()}\n" for line in drawn.get().splitlines()))


def exchange(shown: Exchange) -> RenderableType:
    """The request and its answer, as they went over the wire."""
    lines = [Text(f"POST {shown.url}", style="bold")]
    lines += [_header(name, value) for name, value in shown.sent.headers.items()]
    lines += [Text(_shortened(json.loads(shown.sent.body)), style="dim"), Text("")]
    status = shown.answer.status
    answer = f"→ {status} {REASONS.get(status, '')}".rstrip()
    lines.append(Text(answer, style=f"bold {STATUS_STYLES.get(status // 100, 'red')}"))
    if shown.answer.body:
        lines.append(Text(f"  {shown.answer.body.decode()}"))
    return Group(*lines)


def jobs(done: Iterable[Finished]) -> RenderableType:
    """A row for each job: what it was, which function ran it, what became of it."""
    table = _table("job type", "element", "function", "outcome")
    for one in done:
        outcome = f"{one.outcome}: {one.message}" if one.message else one.outcome
        style = OUTCOME_STYLES.get(one.outcome, "red")
        table.add_row(one.job.type, one.job.element_id, one.function, Text(outcome, style=style))
    return table


def path(instance: Instance) -> RenderableType:
    """The elements that the instance went through."""
    arrow = Text(" → ", style="dim")
    return arrow.join([Text(name, style="cyan") for _, name in instance.path])


def variables(instance: Instance) -> RenderableType:
    """The process variables at the end."""
    table = _table("variable", "value")
    for name, value in sorted(instance.variables.items()):
        table.add_row(name, _json(value))
    return table


def _header(name: str, value: str) -> Text:
    return Text(f"{name}: ").append(value if len(value) < 60 else f"{value[:40]}…", style="dim")


def _shortened(event: Mapping[str, Any]) -> str:
    text = _json(event)
    return text if len(text) <= 150 else f"{text[:149]}…"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE, show_edge=False, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
