"""The command line itself: help, and mistakes in what was typed."""

import subprocess
import sys

import pytest

from devkit.cli.main import execute


def test_without_arguments_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute([]) == 0
    shown = capsys.readouterr().out
    assert [name for name in ("demo", "engine", "run", "feel", "conformance") if f"\n  {name} " not in shown] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fel", "1"], "connectors: No such command 'fel'"),
        (["feel"], "connectors: Missing argument 'expression'"),
        (["feel", "1", "--contxt", "x"], "connectors: No such option: --contxt"),
        (["conformance", "feel"], "connectors: Missing option '--cases'"),
    ],
)
def test_a_mistyped_command_gives_one_sentence_and_the_next_step(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(sentence)
    assert captured.err.endswith("; `connectors --help` lists the commands\n")
    assert captured.err.count("\n") == 1


def test_the_installed_program_ends_with_the_status_of_its_command() -> None:
    program = [sys.executable, "-c", "from devkit.cli.main import main; main()"]
    done = subprocess.run([*program, "nope"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
