"""What commands print is what somebody named: no emoji, no markup, no line that ends at a pipe's width."""

from pathlib import Path

import pytest
from rich.table import Table

from connector_sdk.job import Job
from devkit.cli.main import execute
from devkit.cli.output import print_rows
from devkit.cli.run_output import Screen
from functions.runtime.poller.commands import Result
from functions.runtime.poller.finished import Finished


def test_a_type_between_colons_is_no_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().finished(Finished(Job("7", "io.camunda:soap:1"), "soap", "completed", "[bold]", Result.TAKEN))

    assert "io.camunda:soap:1  instance" in (printed := capsys.readouterr().out)
    assert "completed: [bold]" in printed


def test_cells_of_tables_are_as_they_were_named(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(box=None, show_header=False)
    table.add_row(":key:", "[red]orders[/red]")
    print_rows(table)

    assert capsys.readouterr().out.split() == [":key:", "[red]orders[/red]"]


def test_what_new_prints_has_a_line_for_each_file_however_long_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stack.yaml").touch()
    monkeypatch.chdir(tmp_path)
    name = "a-system-with-quite-a-name-of-its-own"

    assert execute(["new", "outbound", name]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.endswith(": written")] == [
        "next: connectors generate && .venv/bin/python -m pytest "
        "tests/outbound/test_a_system_with_quite_a_name_of_its_own.py"
    ]
