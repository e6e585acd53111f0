"""What docs/command-line.md and the README say about the command line, held against the code."""

import re
from pathlib import Path

from devkit.cli.main import COMMANDS
from devkit.generate import settings_table

ROOT = Path(__file__).parents[2]


def rows(file: Path, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, without its own head."""
    section = file.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1]
    lines = section.split("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return cells[2:]


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    page = settings_table.PAGE.read_text(encoding="utf-8")

    assert page == settings_table.with_table(page), "run: python -m devkit.generate.settings_table"
    names = "`CAMUNDA_AUTH_STRATEGY`, `CAMUNDA_CLIENT_AUTH_METHOD`"
    assert [names, "`NONE`", "how to log in to the engine"] in rows(settings_table.PAGE, "Settings")


def test_the_readme_names_only_commands_that_exist() -> None:
    commands = [row[0].strip("`").split()[1] for row in rows(ROOT / "README.md", "The command line")]

    assert commands != []
    assert set(commands) <= set(COMMANDS)


def test_the_readme_calls_no_command_unbuilt_that_exists() -> None:
    unbuilt = (ROOT / "README.md").read_text(encoding="utf-8").split("## What is not built yet")[1]
    named = set(re.findall(r"`(\w+)`", unbuilt.split("- The commands")[1]))

    assert "doctor" in named
    assert named.isdisjoint(COMMANDS)
