"""docs/add-a-connector.md, followed in a copy of the project: what `connectors new` writes is green."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connector_sdk.settings import environment
from devkit.checkout import ROOT
from devkit.cli.main import execute
from devkit.scaffold import Refused, scaffold

PAGE = (ROOT / "docs/add-a-connector.md").read_text(encoding="utf-8")
COPIED = ("devkit", "functions", "layers", "events", "tests", "docs", "examples", "scripts", "requirements")
FILES = ("stack.yaml", "template.yaml", "pyproject.toml", "Makefile", "README.md")
UNCOPIED = shutil.ignore_patterns("__pycache__", "recorded", "node_modules", "*.sqlite*")
COMMAND_SECONDS = 100
PROGRAMS = {".venv/bin/connectors": (sys.executable, "-m", "devkit.cli"), ".venv/bin/python": (sys.executable,)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project without its history and its environments."""
    copy = tmp_path / "project"
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=UNCOPIED)
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    return copy


def run(project: Path, command: str) -> str:
    """One line of the page, in the copy; its output, if it ends with 0."""
    program, *arguments = (word.replace("+", " ") for word in command.split())
    done = subprocess.run(  # noqa: S603
        [*PROGRAMS.get(program, (program,)), *arguments],
        cwd=project,
        env={**environment(), "PYTHONPATH": f"{project}:{project / 'layers/sdk'}"},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def commands(heading: str) -> list[str]:
    """The first indented block under a heading of the page."""
    block = re.search(rf"^#+ {heading}\n\n((?:    .*\n)+)", PAGE, re.MULTILINE)
    assert block is not None
    return [line.strip() for line in block[1].splitlines()]


@pytest.mark.timeout(400)  # ten processes, one after the other
def test_the_page_leads_to_functions_that_are_green(project: Path) -> None:
    new, generate, tests = commands("Add a connector")
    [new_webhook] = commands("A webhook of your own")
    [new_polling] = commands("A source that is polled")

    assert (new, generate) == (".venv/bin/connectors new outbound weather", ".venv/bin/connectors generate")
    run(project, new)
    run(project, new_webhook)
    run(project, new_polling)
    run(project, generate)
    assert "3 passed" in run(project, tests)
    assert "3 passed" in run(project, ".venv/bin/python -m pytest tests/inbound/test_linear.py")
    assert "2 passed" in run(project, ".venv/bin/python -m pytest tests/inbound/test_news_polling.py")

    run(project, ".venv/bin/connectors generate --check")
    tests = "tests/outbound/test_weather.py tests/inbound/test_linear.py tests/inbound/test_news_polling.py"
    written = f"functions {tests} tests/connectors/bad_input"
    run(project, f".venv/bin/python -m ruff check {written}")
    run(project, f".venv/bin/python -m ruff format --check {written}")
    everywhere = "tests/host/test_events.py tests/connectors/test_bad_input.py"
    run(project, f".venv/bin/python -m pytest {everywhere} -k weather+or+linear+or+news+or+has")


def test_the_table_of_the_page_names_the_files_that_are_written(tmp_path: Path) -> None:
    written = {str(path) for path in scaffold(tmp_path, "outbound", "weather")}
    named = set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE))
    named -= {"functions/outbound/weather/requirements.txt", "events/weather/*.json"}

    assert {name for name in named if "/" in name} <= written


@pytest.mark.parametrize("name", ["Weather", "my_crm", "9lives", "-x", "a--b", "../x", ""])
def test_a_name_that_cannot_be_a_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is no name for a function"):
        scaffold(tmp_path, "outbound", name)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)

    assert execute(["new", "outbound", "http-json"]) == 2
    assert "there is a function http-json already: choose another name" in capsys.readouterr().err


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    test = tmp_path / "tests/outbound/test_weather.py"
    test.parent.mkdir(parents=True)
    test.write_text("mine")

    with pytest.raises(Refused, match=r"tests/outbound/test_weather\.py is there already"):
        scaffold(tmp_path, "outbound", "weather")
    assert test.read_text() == "mine"
    assert not (tmp_path / "functions").exists()


def test_new_outside_the_project_says_where_to_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert execute(["new", "inbound", "linear"]) == 2
    assert "run this in the folder of the project" in capsys.readouterr().err


def test_a_kind_that_cannot_be_written_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)

    assert execute(["new", "inbound", "kinesis", "--kind", "subscription"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "should be one of webhook, polling" in said
    assert "wants a consumer and a mapping of its own: see docs/add-a-connector.md" in said


@pytest.mark.parametrize("name", ["class", "import", "lambda"])
def test_a_name_that_is_a_word_of_python_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"'{name}' is a word of Python's"):
        scaffold(tmp_path, "outbound", name)
    assert list(tmp_path.iterdir()) == []


def test_a_word_of_python_may_name_what_has_another_folder(tmp_path: Path) -> None:
    assert scaffold(tmp_path, "polling", "import")


@pytest.mark.parametrize("type_", ['a"b\nc: d', "a b", "{a}", "@name@", "a\\n", ":1", "é:1"])
def test_a_type_that_would_be_more_than_a_word_in_a_file_is_refused(type_: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is no type"):
        scaffold(tmp_path, "outbound", "weather", type_)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "longest"), [("outbound", 40), ("webhook", 32), ("polling", 32)])
def test_a_name_leaves_room_for_the_stacks_in_what_aws_calls_the_function(
    kind: str, longest: int, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="41 characters, and 40 is the most"):
        scaffold(tmp_path, kind, "x" * (longest + 1))
    assert list(tmp_path.iterdir()) == []
    assert scaffold(tmp_path, kind, "x" * longest)


@pytest.mark.parametrize(
    ("command", "type_", "whose"),
    [
        (["outbound", "weather"], "io.camunda:http-json:1", "http-json"),
        (["inbound", "news", "--kind", "polling"], "io.camunda:http-polling:1", "http-polling"),
        (["inbound", "linear"], "io.camunda:aws-sqs-inbound:1", "sqs-subscription"),
    ],
)
def test_a_type_that_another_function_serves_is_refused_before_anything_is_written(
    command: list[str],
    type_: str,
    whose: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(ROOT / "functions", tmp_path / "functions", ignore=UNCOPIED)
    shutil.copy(ROOT / "stack.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    assert execute(["new", *command, "--type", type_]) == 2
    assert f"{whose} serves {type_} already: choose another type" in " ".join(capsys.readouterr().err.split())
    assert sorted(tmp_path.rglob("*")) == before
