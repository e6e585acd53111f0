"""The command line itself: help, and mistakes in what was typed."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from devkit.cli.main import execute

ROOT = Path(__file__).parents[2]


def test_without_arguments_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute([]) == 0
    shown = capsys.readouterr().out
    assert [name for name in ("demo", "engine", "run", "feel", "conformance") if f"\n  {name} " not in shown] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fel", "1"], "No such command 'fel'. Did you mean 'feel'? `connectors --help` lists the commands"),
        (["dance"], "No such command 'dance'; `connectors --help` lists the commands"),
        (["--loud"], "No such option: --loud; `connectors --help` lists the commands"),
        (["feel"], "Missing argument 'expression'; `connectors feel --help` shows what it takes"),
        (["feel", "1", "--hush"], "No such option: --hush; `connectors feel --help` shows what it takes"),
        (["conformance", "feel"], "Missing option '--cases'; `connectors conformance --help` shows what it takes"),
    ],
)
def test_a_mistyped_command_gives_one_sentence_and_the_next_step(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"connectors: {sentence}\n"


@pytest.mark.parametrize("command", ["dev", "secrets", "doctor", "explain"])
def test_a_command_that_is_not_built_says_so(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute([command, "anything", "--at-all"]) == 2
    assert capsys.readouterr().err == (
        f"connectors: not built yet: connectors {command}; the README says what there is\n"
    )


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert execute(["--version"]) == 0
    assert capsys.readouterr().out == f"connectors {project['version']}\n"


@pytest.mark.parametrize("target", ["help", "demo", "test"])
def test_only_builds_ask_for_the_python_of_lambda(target: str, tmp_path: Path) -> None:
    found = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/env", "make", "-n", target], cwd=ROOT, env=found, capture_output=True, text=True, check=False
    )
    if done.returncode == 127:
        pytest.skip("make is not installed")
    assert "Python 3.13" not in done.stdout + done.stderr


def test_the_installed_program_ends_with_the_status_of_its_command() -> None:
    program = [sys.executable, "-c", "from devkit.cli.main import main; main()"]
    done = subprocess.run([*program, "nope"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
