"""`connectors conformance`: recorded behaviour of Camunda's own runtime, replayed through this kit."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table
from rich.text import Text

from devkit.cli import exit_codes
from devkit.cli.output import console, plain, print_json, print_line
from devkit.conformance import KINDS, Report, judge
from devkit.conformance.frame import Result

FIRST_DIFFERENCES = 20


def conformance(
    kind: Annotated[str, typer.Argument(help=f"what was recorded: {', '.join(KINDS)}")],
    cases: Annotated[
        Path, typer.Option(metavar="FILE", help="recorded cases, JSON lines, plain or gzip; for engine: scenarios")
    ],
    results: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write each raw result there as a JSON line")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> int:
    """Replay recorded behaviour and compare.

    Prints how many cases agree, by group, and the first differences; status 1 if there is one. Differences that are
    documented improvements (docs/webhooks.md, docs/outbound.md) are counted by themselves.
    """
    logging.disable()  # recorded failures are expected; their log lines would bury the report
    try:
        report = judge(kind, cases, results, _watched)
    finally:
        logging.disable(logging.NOTSET)
    (_print_json if as_json else _print_table)(report)
    return exit_codes.DIFFERENCE if report.differences else exit_codes.OK


def _watched(produced: Iterable[Result], number: int) -> Iterable[Result]:
    """Shows on a terminal how far it is: some kinds take minutes."""
    shown = plain(stderr=True)
    return track(produced, "replaying", number, console=shown, transient=True, disable=not shown.is_terminal)


def _print_json(report: Report) -> None:
    total = report.total
    print_json(
        {
            "same": total.same,
            "improved": total.improved,
            "differ": total.differ,
            "skipped": total.skipped,
            "groups": {
                name: {
                    "same": tally.same,
                    "improved": tally.improved,
                    "differ": tally.differ,
                    "skipped": tally.skipped,
                }
                for name, tally in sorted(report.groups.items())
            },
            "differences": [{"id": one.case_id, "group": one.group, "text": one.text} for one in report.differences],
        }
    )


def _print_table(report: Report) -> None:
    table = Table(box=None)
    table.add_column("group")
    for name in ("same", "improved", "differ", "skipped"):
        table.add_column(name, justify="right")
    for name, tally in (*sorted(report.groups.items()), ("total", report.total)):
        numbers = (
            str(number) if number else "·" for number in (tally.same, tally.improved, tally.differ, tally.skipped)
        )
        table.add_row(Text(name), *numbers)
    out = console()
    out.print(table)
    for one in report.differences[:FIRST_DIFFERENCES]:
        print_line(out, f"- {one.case_id}: {one.text}")
    if len(report.differences) > FIRST_DIFFERENCES:
        print_line(out, f"… and {len(report.differences) - FIRST_DIFFERENCES} more differences")
